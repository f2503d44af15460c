defmodule Thumbnailer.Batch.CLI.Interrupt do
  @moduledoc false
  # Ctrl-C and SIGTERM as a request to stop, once; the second ends the program at once.
  #
  # The BEAM has SIGINT for itself (its BREAK menu, chosen when it starts), so the terminal is told to pass Ctrl-C on as
  # a character. A shell does that, and restores the terminal when the BEAM is gone, however it went.

  @behaviour :gen_event

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

  @enforce_keys [:flag, :pid]
  defstruct [:flag, :pid]

  @type t :: %__MODULE__{flag: :atomics.atomics_ref(), pid: pid}

  @doc "Watches until `stop/1`; `say` is called with the name of the signal when it comes the first time."
  @spec watch((String.t() -> term)) :: t
  def watch(say) do
    flag = :atomics.new(1, [])
    on_signal = fn name, status -> on_signal(flag, say, name, status) end
    _ = swap({:erl_signal_handler, []}, {__MODULE__, on_signal})
    _ = :os.set_signal(:sigterm, :handle)
    %__MODULE__{flag: flag, pid: spawn(fn -> listen(terminal(), on_signal) end)}
  end

  @doc "Whether somebody asked to stop."
  @spec requested?(t) :: boolean
  def requested?(interrupt), do: :atomics.get(interrupt.flag, 1) > 0

  @doc "Leaves terminal and signals as they were."
  @spec stop(t) :: :ok
  def stop(interrupt) do
    Process.exit(interrupt.pid, :kill)
    _ = swap({__MODULE__, :stop}, {:erl_signal_handler, []})
    :ok
  end

  defp swap(old, new), do: :gen_event.swap_handler(:erl_signal_server, old, new)

  defp on_signal(flag, say, name, status) do
    if :atomics.add_get(flag, 1, 1) == 1, do: say.(name), else: System.halt(status)
  end

  # -- the terminal

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

  defp listen(nil, _on_signal), do: :ok

  defp listen({path, reader}, on_signal) do
    arguments = ["-c", @script, "sh", path, to_string(reader)]
    _port = Port.open({:spawn_executable, "/bin/sh"}, [:binary, :exit_status, args: arguments])
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

  # -- SIGTERM, as a handler of kernel's erl_signal_server

  @impl true
  def init({on_signal, _previous}), do: {:ok, on_signal}

  @impl true
  def handle_event(:sigterm, on_signal) do
    on_signal.("SIGTERM", 143)
    {:ok, on_signal}
  end

  def handle_event(_signal, on_signal), do: {:ok, on_signal}

  @impl true
  def handle_call(_request, on_signal), do: {:ok, :ok, on_signal}
end
