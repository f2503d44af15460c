defmodule Thumbnailer.PortBuild.Stage do
  @moduledoc false
  # One stage of a build: a run of CMake, whose output goes to a log, and of which a line is said at its begin, then at most every ten
  # seconds how far it is, as Ninja and Make count it.

  @every 10_000
  @failed "The port program of :thumbnailer could not be built:\n\n"

  @typedoc "Its name, what it does, and the arguments of CMake."
  @type t :: {String.t(), String.t(), [String.t()]}

  @doc """
  Runs CMake for a stage; an error is what it said.

  Its output goes to `NAME.log` in `directory`, which is made; lines to the user go to `say`, of those on how far it is one in `every`
  milliseconds.
  """
  @spec run(t, Path.t(), (String.t() -> term), non_neg_integer) :: :ok | {:error, String.t()}
  def run({name, what, arguments}, directory, say, every \\ @every) do
    File.mkdir_p!(directory)
    log = Path.join(directory, name <> ".log")
    say.("  #{name}: #{what}; the log is #{log}")

    stage = {name, say, every}

    case File.open!(log, [:write, :binary], &await(start(arguments), &1, stage, now())) do
      0 -> :ok
      _status -> {:error, @failed <> File.read!(log)}
    end
  end

  defp start(arguments) do
    options = [:binary, :exit_status, :stderr_to_stdout, :hide, args: arguments]
    Port.open({:spawn_executable, System.find_executable("cmake")}, options)
  end

  defp await(port, file, {name, say, every} = stage, told_at) do
    receive do
      {^port, {:data, output}} ->
        IO.binwrite(file, output)
        progress = if now() - told_at >= every, do: progress(output)
        if progress, do: say.("  #{name}: #{progress}")
        await(port, file, stage, if(progress, do: now(), else: told_at))

      {^port, {:exit_status, status}} ->
        status
    end
  end

  @doc "How far a stage is, by the last line of this output that counts: `[12/180] ...` of Ninja, `[ 45%] ...` of Make; nil without one."
  @spec progress(String.t()) :: String.t() | nil
  def progress(output) do
    case ~r{^\[(?: *(\d+)%|(\d+)/(\d+))\] }m |> Regex.scan(output) |> List.last() do
      nil -> nil
      [_all, percent] -> percent <> " %"
      [_all, "", done, all] -> "#{done} of #{all}"
    end
  end

  defp now, do: System.monotonic_time(:millisecond)
end
