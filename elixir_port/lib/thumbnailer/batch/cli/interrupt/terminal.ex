defmodule Thumbnailer.Batch.CLI.Interrupt.Terminal do
  @moduledoc false
  # Ctrl-C. The BEAM has SIGINT for itself (its BREAK menu, chosen when it starts), so the terminal is told to pass Ctrl-C on as
  # a character. A shell does that, and restores the terminal when the BEAM is gone, however it went.

  alias Thumbnailer.Batch.CLI.Interrupt
  alias Thumbnailer.OS.Environment

  @ctrl_c <<3>>

  # $1 is the terminal, $2 whether keys are read here: standard input that is the terminal is read by the BEAM.
  @script """
  exec 3<>"$1" || exit 1
  saved=$(stty -g <&3) || exit 1
  trap 'stty "$saved" <&3' EXIT
  stty -isig -icanon -echo min 1 time 0 <&3
  if [ "$2" = keys ]; then
    while key=$(dd bs=1 count=1 2>/dev/null <&3) && [ -n "$key" ]; do
      [ "$key" = "$(printf '\\003')" ] && echo interrupt
    done &
    reader=$!
  fi
  cat >/dev/null
  if [ "$2" = keys ]; then kill "$reader"; fi
  """

  @doc "Watches the terminal, if there is one, until the process that is returned ends."
  @spec watch(Interrupt.on_signal()) :: pid
  def watch(on_signal), do: spawn(fn -> listen(terminal(), on_signal) end)

  # Of the three that a program starts with, the first that is a terminal, and whether it is standard input.
  defp terminal do
    Enum.find_value(0..2, fn descriptor ->
      case File.read_link("/proc/#{System.pid()}/fd/#{descriptor}") do
        {:ok, "/dev/" <> name = path} when name != "null" ->
          if terminal?(name), do: {path, if(descriptor == 0, do: :beam, else: :keys)}

        _no_terminal ->
          nil
      end
    end)
  end

  defp terminal?(name), do: String.starts_with?(name, ["pts/", "tty", "console"])

  defp listen(nil, _wish), do: :ok

  defp listen({path, reader}, on_signal) do
    arguments = ["-c", @script, "sh", path, to_string(reader)]

    _port =
      Port.open({:spawn_executable, "/bin/sh"}, [
        :binary,
        :exit_status,
        args: arguments,
        env: Environment.removed()
      ])

    _ = if reader == :beam, do: spawn_link(fn -> read(on_signal) end)
    wait_for_keys(on_signal)
  end

  defp wait_for_keys(on_signal) do
    receive do
      {_port, {:data, "interrupt" <> _line}} -> on_signal.("Ctrl-C", 130)
      _other -> :ok
    end

    wait_for_keys(on_signal)
  end

  defp read(on_signal) do
    case IO.getn(:stdio, "", 1) do
      @ctrl_c -> on_signal.("Ctrl-C", 130) && read(on_signal)
      key when is_binary(key) -> read(on_signal)
      _end -> :ok
    end
  end
end
