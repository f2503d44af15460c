defmodule Thumbnailer.Call.Async do
  @moduledoc false
  # One supervised task for a request that nobody blocks for. It waits for the answer, sends it on and ends.
  # The reference that its recipient knows is an alias of the task, so that it can be told to stop from anywhere,
  # and a reference whose task is gone leads nowhere.

  alias Thumbnailer.Call.Tasks
  alias Thumbnailer.{Call, Error, Request, Telemetry}
  alias Thumbnailer.Instance.{Absence, Client}

  # Milliseconds in which the message of a request that was cancelled comes.
  @cancel_grace 1_000

  @typedoc "Who gets the result."
  @type recipient :: pid | reference | {atom, node}

  @doc "Starts the request; exactly one `{ref, result}` goes to `recipient`, `read` makes it from the answer."
  @spec start(Request.t(), GenServer.server(), recipient, (map -> result)) :: reference
        when result: {:ok, term} | {:error, Error.t()}
  def start(request, on, recipient, read) do
    case Absence.check_application() do
      :ok -> start_task(request, on, recipient, read)
      {:error, error} -> refuse(recipient, error)
    end
  end

  # There is no supervisor for a task, and the one message is due all the same.
  defp refuse(recipient, error) do
    ref = make_ref()
    send(recipient, {ref, {:error, error}})
    ref
  end

  defp start_task(request, on, recipient, read) do
    starter = self()
    tag = make_ref()

    {:ok, task} =
      Task.Supervisor.start_child(Tasks.supervisor(), fn ->
        ref = :erlang.alias()
        watch = recipient |> watched(starter) |> Process.monitor()
        send(starter, {tag, ref})
        run(request, on, {recipient, ref, watch}, read)
      end)

    monitor = Process.monitor(task)

    receive do
      {^tag, ref} ->
        Process.demonitor(monitor, [:flush])
        ref

      # Only when somebody kills it before its first step.
      {:DOWN, ^monitor, :process, _task, reason} ->
        exit({reason, {__MODULE__, :start, [on]}})
    end
  end

  @doc "The result of a request that the calling process has started; after `timeout` milliseconds it is cancelled."
  @spec await(reference, timeout) :: {:ok, term} | {:error, Error.t()}
  def await(ref, timeout) do
    receive do
      {^ref, result} -> result
    after
      timeout -> cancelled(ref, timeout)
    end
  end

  # Whatever is under way, one message comes; that it does not get in the way of others, it is taken here.
  defp cancelled(ref, timeout) do
    cancel(ref)

    receive do
      {^ref, {:ok, _made} = result} -> result
      {^ref, {:error, _cancelled}} -> {:error, not_awaited(timeout)}
    after
      @cancel_grace -> {:error, not_awaited(timeout)}
    end
  end

  defp not_awaited(timeout) do
    message = "the result did not come within #{timeout} ms, and the request was cancelled"
    Error.new(:timeout, message)
  end

  @doc "Ends a request that was started; one that was answered already is none any more."
  @spec cancel(reference) :: :ok
  def cancel(ref) when is_reference(ref) do
    send(ref, {:cancel, ref})
    :ok
  end

  # Nobody can see whether the process behind an alias lives, so its request ends with the process that asked.
  defp watched(alias, starter) when is_reference(alias), do: starter
  defp watched(recipient, _starter), do: recipient

  defp run(request, on, {recipient, ref, _watch} = ends, read) do
    result = Telemetry.span(request, on, fn -> answer_of(request, on, ends) end, read)
    send(recipient, {ref, result})
    # OTP 25 keeps 72 bytes for ever of each alias that is still active when its process ends.
    :erlang.unalias(ref)
  end

  defp answer_of(request, on, ends) do
    with {:ok, asked} <- ask(on, request),
         {:given_up, error} <- wait(ends, asked) do
      give_up(asked)
      {:error, error}
    end
  end

  # What takes more than a message is done by a task of its own, so that this one can hear that it is cancelled. Linked, it ends
  # with this one.
  defp ask(on, request) do
    if Call.one_message?(on, request) do
      Client.send_request(on, request)
    else
      Process.flag(:trap_exit, true)
      {:ok, Task.Supervisor.async(Tasks.supervisor(), fn -> Call.request(on, request) end)}
    end
  end

  defp wait({_recipient, ref, watch} = ends, asked) do
    receive do
      {:cancel, ^ref} -> {:given_up, Error.new(:cancelled, "the request was cancelled")}
      {:DOWN, ^watch, _, _, _} -> {:given_up, Error.new(:cancelled, "its recipient is gone")}
      message -> answer(message, asked) || wait(ends, asked)
    after
      time_left(asked) -> Client.too_late(asked)
    end
  end

  defp time_left(%Task{}), do: :infinity
  defp time_left(asked), do: Client.time_left(asked)

  defp answer({ref, outcome}, %Task{ref: ref}) do
    Process.demonitor(ref, [:flush])
    outcome
  end

  defp answer({:DOWN, ref, :process, _pid, reason}, %Task{ref: ref}),
    do: {:error, Error.new(:cancelled, "its source broke off: " <> words(reason))}

  # The supervisor of this task ends it.
  defp answer({:EXIT, pid, reason}, %Task{pid: task}) when pid != task and reason != :normal,
    do: exit(reason)

  defp answer(_message, %Task{}), do: nil
  defp answer(message, asked), do: Client.answer(message, asked)

  # The instance sees the end of whoever asked it, and frees the worker.
  defp give_up(%Task{} = task), do: Task.shutdown(task, :brutal_kill)
  defp give_up(_asked), do: nil

  defp words({%{__exception__: true} = exception, _stacktrace}), do: Exception.message(exception)
  defp words(reason), do: Exception.format_exit(reason)
end
