defmodule Thumbnailer.Call.SharedRequest do
  @moduledoc false
  # One request that is made once for all who wait for it, by a supervised task. Belongs to the coalescer, which hears
  # {:deadline_passed, key, waiter} and {{:caller_down, key, waiter}, ...} of those who wait, and the result of the task.

  alias Thumbnailer.Call.Tasks
  alias Thumbnailer.{Error, Request}

  # How many times the timeout of its first caller it may take, while somebody waits: whoever comes within that
  # caller's time and gives it as long can join.
  @deadline_factor 2

  @enforce_keys [:key, :task, :deadline]
  defstruct [:key, :task, :deadline, waiters: %{}]

  @typedoc "Requests of equal keys would be answered alike."
  @type key :: term

  @typedoc "Answers the request, in a process of its own."
  @type make :: (Request.t() -> outcome)

  @type outcome :: {:ok, map} | {:error, Error.t()}

  @type t :: %__MODULE__{
          key: key,
          task: Task.t(),
          # in milliseconds of the monotonic clock
          deadline: integer,
          waiters: %{
            optional(reference) => %{from: GenServer.from(), monitor: reference, timer: reference}
          }
        }

  @doc """
  What makes two requests the same. A file that has changed in between is another source; bytes count by their hash, so
  that they need not be kept.
  """
  @spec key(GenServer.server() | {:cluster, atom}, Request.t()) :: key
  def key(on, %Request{} = request),
    do: {on, source(request.source), %{request | source: nil, timeout: nil, caller: nil}}

  defp source({:bytes, bytes}), do: {:bytes, :crypto.hash(:sha256, bytes)}

  defp source({:path, path}) do
    case File.stat(path, time: :posix) do
      {:ok, stat} -> {:path, path, stat.inode, stat.size, stat.mtime}
      {:error, _why} -> {:path, path}
    end
  end

  @doc "Sends the request, for nobody yet. The task is linked, so that it ends with the coalescer."
  @spec start(key, Request.t(), make) :: t
  def start(key, request, make) do
    timeout = @deadline_factor * request.timeout
    longer = %{request | timeout: timeout}
    task = Task.Supervisor.async(Tasks.supervisor(), fn -> make.(longer) end)
    %__MODULE__{key: key, task: task, deadline: now() + timeout}
  end

  @doc "Whether it will last until the request's own deadline."
  @spec lasts_for?(t, Request.t()) :: boolean
  def lasts_for?(shared, request), do: now() + request.timeout <= shared.deadline

  @doc "One more waits for it."
  @spec join(t, GenServer.from(), Request.t()) :: t
  def join(shared, {caller, _tag} = from, request) do
    ref = make_ref()

    waiter = %{
      from: from,
      monitor: :erlang.monitor(:process, caller, tag: {:caller_down, shared.key, ref}),
      timer: Process.send_after(self(), {:deadline_passed, shared.key, ref}, request.timeout)
    }

    put_in(shared.waiters[ref], waiter)
  end

  @doc "One waits no more, and is told `outcome`, unless it is nil. What nobody waits for is cancelled."
  @spec leave(t, reference, outcome | nil) :: t | :empty
  def leave(shared, ref, outcome) do
    {waiter, waiters} = Map.pop(shared.waiters, ref)
    _ = waiter && release(waiter, outcome)
    if waiters == %{}, do: cancel(shared), else: %{shared | waiters: waiters}
  end

  @doc "All who wait get the answer."
  @spec finish(t, outcome) :: :ok
  def finish(shared, outcome),
    do: Enum.each(shared.waiters, fn {_ref, waiter} -> release(waiter, outcome) end)

  defp release(waiter, outcome) do
    Process.demonitor(waiter.monitor, [:flush])
    _ = Process.cancel_timer(waiter.timer)
    _ = outcome && GenServer.reply(waiter.from, outcome)
    :ok
  end

  # The instance sees its caller end, and frees the worker.
  defp cancel(%{task: %{pid: pid, ref: ref}}) do
    Process.demonitor(ref, [:flush])
    Process.unlink(pid)
    Process.exit(pid, :kill)
    :empty
  end

  defp now, do: System.monotonic_time(:millisecond)
end
