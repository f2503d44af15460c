defmodule Mix.Tasks.Thumbnailer.Replay do
  @shortdoc "Runs recorded requests again and compares the replies"
  @moduledoc """
  Runs the requests of a recording again and compares the replies.

      mix thumbnailer.replay /tmp/failures
      mix thumbnailer.replay /tmp/failures -- --max-memory 268435456

  The folder is one that `Thumbnailer.Recording.start/3` has made. One line for each request: what came of it then and now, and
  how long that took. The same are formats and sizes, or the reason of an error; a thumbnail that went to a file is
  made, but not written. Ends with status 1 when a request comes out otherwise.

  What follows `--` are flags of the port program; see `thumbnailer --help`.
  """

  use Mix.Task

  alias Thumbnailer.Port.Executable
  alias Thumbnailer.Recording.Replay

  @requirements ["app.config"]

  @impl true
  def run(arguments) do
    {own, flags} = Enum.split_while(arguments, &(&1 != "--"))
    {[], folders} = OptionParser.parse!(own, strict: [])
    folder = only!(folders)

    case Executable.find(nil) do
      {:ok, executable} -> replay(folder, executable, Enum.drop(flags, 1))
      {:error, why} -> Mix.raise(why)
    end
  end

  defp only!([folder]) do
    if Replay.requests(folder) == [],
      do: Mix.raise("#{folder} holds no recording: there is no *.request.etf in it")

    folder
  end

  defp only!(_none_or_several), do: Mix.raise("give one folder; see mix help thumbnailer.replay")

  defp replay(folder, executable, flags) do
    results = folder |> Replay.stream(executable, flags) |> Enum.map(&show/1)
    different = Enum.count(results, &(not &1.same?))
    Mix.shell().info("#{length(results)} requests, #{different} came out otherwise")
    if different > 0, do: exit({:shutdown, 1})
  end

  defp show(result) do
    mark = if result.same?, do: "same     ", else: "DIFFERENT"
    then_ = "then #{result.then} (#{result.then_ms} ms)"
    Mix.shell().info("#{result.name} #{mark} #{then_}, now #{result.now} (#{result.now_ms} ms)")
    result
  end
end
