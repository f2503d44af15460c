defmodule Thumbnailer.Instance.Server do
  @moduledoc false
  # The process of an instance: it owns the port program and is known by the name of the instance. It takes messages of
  # callers, of the program and of its timers, has the modules beside it decide, and carries out what they decide. It never
  # waits for anybody, so deadlines hold whatever the program, a caller or a handler of telemetry does.
  #
  # Callers send what Thumbnailer.Instance.Client says.

  use GenServer, shutdown: 5_000

  alias Thumbnailer.{OS, Step}

  alias Thumbnailer.Instance.{
    Deadlines,
    Dispatcher,
    Effects,
    Message,
    ProgramOutput,
    Recovery,
    Relay,
    Reporter,
    State
  }

  alias Thumbnailer.Port.{Lifecycle, Tracer}
  alias Thumbnailer.Step.Catalog

  # Words. Each message makes a few hundred, so the smallest heap would be collected after every other one.
  @spawn_opt [min_heap_size: 16_384]

  @doc """
  Starts the server; options: `:name`; `:max_queue`, `:max_queue_bytes`, `:shutdown`, and `:timeout` and `:retries` of requests
  which have none; `:executable`, `:arguments`, `:max_reply_bytes`, `:start_timeout` and `:lazy` of the program.
  """
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts),
    do: GenServer.start_link(__MODULE__, opts, name: opts[:name], spawn_opt: @spawn_opt)

  @impl true
  def init(opts) do
    # Else the end of the program would be ours.
    Process.flag(:trap_exit, true)

    {program, own} =
      Keyword.split(opts, [:executable, :arguments, :max_reply_bytes, :start_timeout, :lazy])

    parts = [program: struct!(Lifecycle, program), steps: Catalog.loaded(opts[:name])]
    state = struct!(State, parts ++ own)
    {:ok, state, {:continue, :start}}
  end

  @impl true
  def handle_continue(:start, %{program: %{lazy: true}} = state), do: {:noreply, state}

  def handle_continue(:start, state),
    do: decide(state, &State.program(&1, Lifecycle.start(&1.program)))

  # -- callers

  @impl true
  def handle_call(:counts, _from, state),
    do: {:reply, {:ok, State.counts(now(state))}, state}

  def handle_call(:timeout, _from, state),
    do: {:reply, {:ok, state.timeout}, state}

  def handle_call(:executable, _from, state),
    do: {:reply, {:ok, state.program.executable}, state}

  def handle_call({:put_step, %{name: _} = loaded, %Step{} = step}, _from, state) do
    Catalog.put(state.name, loaded, step)
    {:reply, :ok, %{state | steps: Map.put(state.steps, loaded.name, loaded)}}
  end

  def handle_call({:drop_step, name}, _from, state) do
    Catalog.drop(state.name, name)
    {:reply, :ok, %{state | steps: Map.delete(state.steps, name)}}
  end

  def handle_call({:record, recorder, max_bytes}, _from, %{tracer: nil} = state)
      when is_pid(recorder) and is_integer(max_bytes) do
    tracer = %Tracer{pid: recorder, monitor: Process.monitor(recorder), max_bytes: max_bytes}
    {:reply, :ok, %{state | tracer: tracer}}
  end

  def handle_call({:record, _recorder, _max_bytes}, _from, %{tracer: %Tracer{}} = state),
    do: {:reply, {:error, :recording}, state}

  def handle_call(:drain, from, state), do: decide(state, &Dispatcher.stop(&1, from))

  def handle_call(:abort, from, state) do
    decide(state, fn state ->
      state |> Recovery.abort() |> State.effect({:reply_call, from, :ok})
    end)
  end

  def handle_call(_of_another_version, _from, state), do: {:reply, Message.unknown(), state}

  @impl true
  def handle_cast(_of_another_version, state), do: {:noreply, state}

  @impl true
  def handle_info({:request, {caller, ref} = from, message}, state)
      when is_pid(caller) and is_reference(ref) and node(caller) != node() do
    _ = Relay.serve(from, message)
    {:noreply, state}
  end

  # Questions keep no worker, so nobody minds when who asked is gone.
  def handle_info({:request, {caller, ref} = from, %{kind: :question} = message}, state)
      when is_pid(caller) and is_reference(ref),
      do: decide(state, &Dispatcher.admit(&1, message, from, nil))

  def handle_info({:request, {caller, ref} = from, message}, state)
      when is_pid(caller) and is_reference(ref) do
    monitor = :erlang.monitor(:process, caller, tag: {:caller_down, state.next_id})
    decide(state, &Dispatcher.admit(&1, message, from, monitor))
  end

  def handle_info({:chunk, id, ref, frame, last?}, state),
    do: decide(state, &Dispatcher.chunk(&1, id, ref, frame, last?))

  def handle_info({:stream_failed, id, ref}, state),
    do: decide(state, &(&1 |> Recovery.stream_failed(id, ref) |> Dispatcher.dispatch()))

  def handle_info({{:caller_down, id}, _monitor, :process, _pid, _reason}, state),
    do: decide(state, &(&1 |> Recovery.caller_down(id) |> Dispatcher.dispatch()))

  # -- the program

  def handle_info({session, {:data, bytes}}, %{program: %{session: session}} = state),
    do: decide(state, &ProgramOutput.data(&1, bytes))

  def handle_info({session, {:exit_status, status}}, %{program: %{session: session}} = state),
    do: decide(state, &ProgramOutput.exited(&1, status))

  # Without an exit status: the program closed a pipe.
  def handle_info({:EXIT, session, reason}, %{program: %{session: session}} = state),
    do: decide(state, &ProgramOutput.closed(&1, reason))

  def handle_info({:force_close, session}, %{program: %{session: session}} = state),
    do: decide(state, &ProgramOutput.force_close/1)

  def handle_info({:start_timeout, session}, state),
    do: decide(state, &State.program(&1, Lifecycle.start_timeout(&1.program, session)))

  def handle_info(:restart, state),
    do: decide(state, &State.program(&1, Lifecycle.start(&1.program)))

  # -- time, recordings, reports

  def handle_info({:deadlines, wake_at}, state),
    do: decide(state, &(&1 |> Deadlines.check(wake_at) |> Dispatcher.dispatch()))

  def handle_info({:recorder, pid, word}, %{tracer: %{pid: pid} = tracer} = state) do
    case word do
      {:written, bytes} -> {:noreply, %{state | tracer: Tracer.written(tracer, bytes)}}
      :done -> {:noreply, without_tracer(state)}
    end
  end

  def handle_info({:DOWN, monitor, _, _, _}, %{tracer: %{monitor: monitor}} = state),
    do: {:noreply, without_tracer(state)}

  def handle_info({:DOWN, monitor, _, _, _}, %{reporter: %{running: monitor}} = state),
    do: {:noreply, Effects.tell(%{state | reporter: Reporter.done(state.reporter)})}

  # What a port sends after the end that was dealt with already.
  def handle_info({:EXIT, port, _reason}, state) when is_port(port), do: {:noreply, state}

  # As a process does that traps no exits.
  def handle_info({:EXIT, _pid, :normal}, state), do: {:noreply, state}
  def handle_info({:EXIT, _pid, reason}, state), do: {:stop, reason, state}

  # A process with a name may be sent anything.
  def handle_info(_stray, state), do: {:noreply, state}

  defp without_tracer(%{tracer: %{monitor: monitor}} = state) do
    Process.demonitor(monitor, [:flush])
    %{state | tracer: nil}
  end

  defp decide(state, decision) do
    state = state |> now() |> decision.() |> Dispatcher.maybe_reply_drained()
    {:noreply, Effects.carry_out(state)}
  end

  defp now(state), do: %{state | now: System.monotonic_time(:microsecond)}

  # What is said of it in the log when it fails: neither images nor options of callers.
  @impl true
  def format_status(:terminate, [_dictionary, state]), do: State.counts(state)
  def format_status(:normal, [_dictionary, state]), do: [data: [{~c"State", State.counts(state)}]]

  # The end of its input tells the program to go; this waits to see it gone.
  @impl true
  def terminate(_reason, %{program: %{session: nil}}), do: :ok

  def terminate(_reason, %{program: program}) do
    OS.Process.close(program.session)
    OS.Process.await_end(program.os_pid)
    OS.Process.release(program.guard)
  end
end
