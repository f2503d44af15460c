defmodule Chaos.Injector do
  # Makes things go wrong, in rounds: faults that come faster than anything recovers, the last of them the server's, and
  # then none until the pool is whole again, which must not take long. The load goes on all the time.
  # A round takes longer than the second after which a server counts as well started (Thumbnailer.Port.Lifecycle): else its next
  # start would wait longer each time, as it should.

  alias Chaos.{Catalogue, Processes}
  alias Thumbnailer.Error

  @round 25
  # Milliseconds between faults.
  @pace 50
  # What an instance may need to be whole again, in milliseconds: the issue's promise.
  @recovery_limit 2_000

  @signals [:KILL, :SEGV, :ABRT, :STOP]
  @points [:read, :decode, :write]
  @planned [segv: :crashed, abort: :crashed, stop: :timeout]
  # What may happen to a planned fault's request before its fault comes: the server it is in is killed.
  @collateral [:port_exited, :unavailable, :timeout]

  @doc "Yields faults by kind, the times of recovery, what happened in slow ones, and the planned faults whose answer was not the right one."
  def run(on, catalogue, workers, options, ends_at) do
    :rand.seed(:exsss, options.seed)

    state = %{
      on: on,
      workers: workers,
      ends_at: ends_at,
      victim: Catalogue.victim(),
      catalogue: catalogue
    }

    rounds(state, options.faults, %{faults: %{}, recoveries: [], slow: [], wrong: []})
  end

  defp rounds(_state, 0, done), do: done
  # There was nothing left to hit: that is for the report, not to be waited for.
  defp rounds(_state, _left, %{wrong: [{_what, :any_time, :nothing_to_hit} | _]} = done), do: done

  defp rounds(state, left, done) do
    report(left)

    if System.monotonic_time(:millisecond) >= state.ends_at do
      done
    else
      count = min(left, @round)
      {done, asked} = Enum.reduce(1..count, {done, []}, &inject(state, &1 == count, &2))
      done = recover(state, done)
      done = Enum.reduce(asked, done, &check/2)
      rounds(state, left - count, done)
    end
  end

  # On stderr, for a long run is long.
  defp report(left) when rem(left, 1_000) == 0, do: IO.puts(:stderr, "#{left} faults to go")
  defp report(_left), do: :ok

  # Half of the faults come from outside at any time, half at a point of the work.
  defp inject(state, last?, {done, asked}) do
    Process.sleep(@pace)

    cond do
      last? -> {hit(state, :server, done), asked}
      :rand.uniform(2) == 1 -> {hit(state, :worker, done), asked}
      true -> plan(state, done, asked)
    end
  end

  # A process may be gone before the signal comes, so it is tried again; but not for ever.
  defp hit(state, what, done, tries \\ 1_000)

  defp hit(_state, what, done, 0),
    do: %{done | wrong: [{what, :any_time, :nothing_to_hit} | done.wrong]}

  defp hit(state, what, done, tries) do
    signal = Enum.random(@signals)
    target = target(state, what)

    if target != nil and Processes.signal(target, signal) do
      count(done, {what, signal, :any_time})
    else
      Process.sleep(5)
      hit(state, what, done, tries - 1)
    end
  end

  defp target(state, :server), do: Processes.server(state.on)

  defp target(state, :worker) do
    with server when server != nil <- Processes.server(state.on),
         [_ | _] = workers <- Processes.workers(server),
         do: Enum.random(workers),
         else: (_none -> nil)
  end

  defp plan(state, done, asked) do
    {fault, reason} = Enum.random(@planned)
    point = Enum.random(@points)
    source = {:bytes, "fault:#{fault}@#{point}\n" <> state.victim}
    ref = Thumbnailer.async(source, 60, on: state.on, format: :png)
    {count(done, {:worker, fault, point}), [{ref, fault, point, reason} | asked]}
  end

  defp check({ref, fault, point, reason}, done) do
    receive do
      {^ref, {:error, %Error{reason: ^reason}}} -> done
      {^ref, {:error, %Error{reason: other}}} when other in @collateral -> done
      # A signal from outside was quicker.
      {^ref, {:error, %Error{reason: :crashed}}} -> done
      {^ref, other} -> %{done | wrong: [{fault, point, other} | done.wrong]}
    after
      5_000 -> %{done | wrong: [{fault, point, :lost} | done.wrong]}
    end
  end

  # Milliseconds until there are as many workers as there should be, all of them well; nil when that takes too long.
  defp recover(state, done) do
    case recovery(state, System.monotonic_time(:millisecond), []) do
      {:whole, took} ->
        %{done | recoveries: [took | done.recoveries]}

      {:slow, observed} ->
        %{done | recoveries: [nil | done.recoveries], slow: [Enum.reverse(observed) | done.slow]}
    end
  end

  # `observed` is what was observed from when on, the last first, so that a slow one can be explained.
  defp recovery(state, since, observed) do
    took = System.monotonic_time(:millisecond) - since
    {whole?, now} = look(state)

    observed =
      if match?([{_from, ^now} | _], observed), do: observed, else: [{took, now} | observed]

    cond do
      whole? -> {:whole, took}
      took > @recovery_limit -> {:slow, observed}
      true -> Process.sleep(5) && recovery(state, since, observed)
    end
  end

  defp look(%{on: on, workers: workers}) do
    {:ok, %{state: program, os_pid: server}} = Thumbnailer.Instance.Questions.counts(on)
    states = if server, do: Enum.map(Processes.workers(server), &Processes.state/1), else: []
    server = server && Processes.state(server)
    well = Enum.count(states, &Processes.well?/1)

    {Processes.well?(server) and well >= workers,
     {program, letter(server), Enum.map_join(states, &letter/1)}}
  end

  # Whatever is well comes and goes, and explains nothing.
  defp letter(nil), do: "-"
  defp letter(state), do: if(Processes.well?(state), do: ".", else: state)

  defp count(done, kind), do: update_in(done.faults, &Map.update(&1, kind, 1, fn n -> n + 1 end))
end
