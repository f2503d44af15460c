defmodule Thumbnailer.OS.Process do
  @moduledoc false
  # Starts operating system processes behind Erlang ports, writes to them and ends them. Nothing here waits for
  # the process, except `await_end/1`.

  alias Thumbnailer.OS.Environment

  # How long a program has to see the end of its input before it is killed, in milliseconds.
  @eof_grace 1_000

  @doc """
  Starts a program whose stdin and stdout carry frames.

  Its owner gets `{port, {:data, bytes}}`, in chunks of any size (see `Thumbnailer.Protocol.FrameBuffer`), `{port, {:exit_status, status}}` and, trapping exits, `{:EXIT, port, reason}`.
  `:busy` is an error that may pass: the system has no resources for another process or file at the moment.
  """
  @spec start(Path.t(), [String.t()]) ::
          {:ok, port, non_neg_integer} | {:error | :busy, String.t()}
  def start(path, arguments) do
    port = Port.open({:spawn_executable, path}, [{:args, arguments} | options()])

    case Port.info(port, :os_pid) do
      {:os_pid, os_pid} -> {:ok, port, os_pid}
      nil -> {:busy, "#{path} ended as soon as it was started"}
    end
  rescue
    error in ErlangError -> refused(path, error.original)
    SystemLimitError -> refused(path, :system_limit)
  end

  defp refused(path, reason) do
    transient = reason in [:eagain, :emfile, :enfile, :enomem, :system_limit]
    {if(transient, do: :busy, else: :error), "#{path} cannot be started: #{inspect(reason)}"}
  end

  # Writing must never suspend the owner, else a program that does not read would keep its answers and its end
  # from it: so the port takes whatever it is given, and the server bounds how much that is.
  defp options do
    [:binary, :exit_status, :use_stdio, :hide] ++
      [env: Environment.removed(), busy_limits_port: :disabled, busy_limits_msgq: :disabled]
  end

  @doc """
  Runs a program until it ends: what it said on stdout and stderr, and its exit status. It gets the variables that the program of an
  instance gets. Raises ErlangError with the reason when it cannot be started.
  """
  @spec run(Path.t(), [String.t()]) :: {binary, non_neg_integer}
  def run(path, arguments) do
    environment = for {name, false} <- Environment.removed(), do: {List.to_string(name), nil}
    System.cmd(path, arguments, stderr_to_stdout: true, env: environment)
  end

  @doc "Writes one frame. A port that has just closed takes it silently; the message that says so is on its way."
  @spec write(port, iolist) :: :ok
  def write(port, frame) do
    Port.command(port, [<<:erlang.iolist_size(frame)::32>> | frame])
    :ok
  rescue
    ArgumentError -> :ok
  end

  @doc "Closes the port, which is the end of the program's input."
  @spec close(port) :: :ok
  def close(port) do
    Port.close(port)
    :ok
  rescue
    ArgumentError -> :ok
  end

  @doc "Kills the process behind an open port; nothing when the port is closed."
  @spec kill(port) :: pid
  def kill(port) do
    spawn(fn ->
      # Asked at the last moment: a pid is given to another process once the port has noticed the end of this one.
      with {:os_pid, os_pid} <- Port.info(port, :os_pid), do: shell("kill -KILL #{os_pid}")
    end)
  end

  @doc """
  Sees to it that a process does not outlive the calling one, which may be killed and can do nothing then. Linked to nobody
  for the same reason. Ends with `release/1` or `reap/1`.
  """
  @spec guard(non_neg_integer) :: pid
  def guard(os_pid) do
    owner = self()

    spawn(fn ->
      monitor = Process.monitor(owner)

      receive do
        :release -> :ok
        :reap -> await_end(os_pid)
        {:DOWN, ^monitor, :process, _owner, _reason} -> await_end(os_pid)
      end
    end)
  end

  @doc "The process behind a guard has ended; its id may soon be another's."
  @spec release(pid) :: :ok
  def release(guard) do
    send(guard, :release)
    :ok
  end

  @doc "Sees to it that a process whose port was closed ends, killing it when it outlives the end of its input."
  @spec reap(pid) :: :ok
  def reap(guard) do
    send(guard, :reap)
    :ok
  end

  @doc "Waits until a process whose port was closed is gone, killing it when it outlives the end of its input."
  @spec await_end(non_neg_integer) :: :ok
  def await_end(os_pid) do
    shell("""
    for _ in #{Enum.join(1..div(@eof_grace, 20), " ")}; do kill -0 #{os_pid} 2>/dev/null || exit 0; sleep 0.02; done
    kill -KILL #{os_pid} 2>/dev/null
    """)

    :ok
  end

  @doc "Whether there is a process of this id, of whatever user."
  @spec running?(non_neg_integer) :: boolean
  def running?(os_pid) do
    {said, status} = run("/bin/sh", ["-c", "LC_ALL=C kill -0 #{os_pid}"])

    # One of another user may not be sent a signal, and is there.
    status == 0 or said =~ "not permitted"
  end

  defp shell(script) do
    {_output, status} = run("/bin/sh", ["-c", script])
    status
  end
end
