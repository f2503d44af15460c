defmodule Chaos.Report do
  # The table of a run, and whether it holds what the project promises.

  # After its deadline a request of a silent server has half a second; the rest is the machine's.
  @grace 500
  @slack 1_000
  @recovery_limit 2_000

  # The last is said when a process that writes files is killed: it is one of the children of the server.
  @reasons [:crashed, :timeout, :port_exited, :unavailable, :write_failed]

  @doc "Prints all and yields whether every condition holds."
  def print(run) do
    print_faults(run.injected.faults)
    print_answers(run)
    print_slow(run.injected.slow)
    print_memory(run.injected[:memory] || [])
    conditions = conditions(run)
    IO.puts("\ncondition")

    for {name, holds?, figure} <- conditions,
        do: row([if(holds?, do: "ok", else: "FAILED"), name, figure], [8, 62, 0])

    Enum.all?(conditions, &elem(&1, 1))
  end

  defp print_faults(faults) when faults == %{}, do: :ok

  defp print_faults(faults) do
    IO.puts("fault")

    for {{what, signal, point}, count} <- Enum.sort(faults),
        do: row(["#{what}", "#{signal}", "#{point}", count], [8, 8, 12, 0])
  end

  defp print_answers(%{answers: answers, stats: stats, seconds: seconds} = run) do
    IO.puts("\nanswer")

    for {reason, count} <- Enum.sort(Map.drop(answers, [:asked, :longest, :double])),
        do: row(["#{reason}", count], [16, 0])

    served = Map.get(answers, :served, 0)
    latency = stats.latency

    IO.puts("""

    #{answers.asked} requests of #{run.options.callers} callers in #{round(seconds, 1)} s, #{round(served / seconds, 0)} thumbnails a second; \
    #{stats.restarts} restarts of the server, seed #{run.options.seed}
    latency in ms: p50 #{round(latency.p50, 1)}, p95 #{round(latency.p95, 1)}, p99 #{round(latency.p99, 1)}\
    """)
  end

  # Milliseconds since the fault: the state of the program as the library sees it, then of the server and the workers;
  # a dot is a process that is well, a dash one that is not there.
  defp print_slow(slow) do
    for observed <- slow do
      IO.puts("\nlate recovery")

      for {from, {program, server, workers}} <- observed,
          do: row([from, program, server, workers], [8, 12, 4, 0])
    end
  end

  defp print_memory([]), do: :ok

  defp print_memory(points) do
    IO.puts("")
    row(["images", "BEAM MB", "server MB", "workers MB (resident)"], [12, 10, 10, 0])

    for point <- points,
        do:
          row([point.images, mb(point.beam), mb(point.server), mb(point.workers)], [12, 10, 10, 0])
  end

  defp conditions(%{answers: answers, injected: injected} = run) do
    injected_count = injected.faults |> Map.values() |> Enum.sum()
    limit = run.deadline + @grace + @slack
    of = &Map.get(answers, &1, 0)
    slow = Enum.count(injected.recoveries, &(&1 == nil))
    longest = injected.recoveries |> Enum.reject(&is_nil/1) |> Enum.max(fn -> 0 end)

    other =
      Map.drop(answers, [
        :asked,
        :served,
        :longest,
        :double,
        :lost,
        :wrong,
        :crossed | allowed(run)
      ])

    [
      {"all faults were injected", injected_count == run.options.faults or timed_out?(run),
       injected_count},
      {"every request is answered", of.(:lost) == 0, "#{of.(:lost)} lost"},
      {"no request is answered twice", of.(:double) == 0, "#{of.(:double)} twice"},
      {"every answer comes within #{limit} ms (deadline #{run.deadline})",
       answers.longest <= limit, "longest #{answers.longest} ms"},
      {"no wrong bytes", of.(:wrong) == 0, "#{of.(:wrong)} wrong"},
      {"no answer of another request", of.(:crossed) == 0, "#{of.(:crossed)} crossed"},
      {"most requests are served all the same", of.(:served) * 2 > answers.asked,
       "#{round(100 * of.(:served) / answers.asked, 1)} %"},
      {"errors have the reason of what was done", other == %{}, inspect(other)},
      {"faults at a point of the work have their own reason", injected.wrong == [],
       inspect(Enum.take(injected.wrong, 3))},
      {"no half file", run.files == [], inspect(run.files)},
      {"the pool is whole again within #{@recovery_limit} ms, every time", slow == 0,
       "longest #{longest} ms, #{slow} too slow"}
      | leftovers(run)
    ]
  end

  # Without faults nothing fails.
  defp allowed(%{options: %{faults: 0}}), do: []
  defp allowed(_run), do: @reasons

  defp timed_out?(run), do: run.seconds >= run.options.seconds

  defp leftovers(run) do
    same =
      for {what, count} <- Enum.sort(run.before),
          do: {"#{what} as before", run.left[what] == count, "#{count} and #{run.left[what]}"}

    same ++
      [
        {"no process is left when the instance is stopped", run.orphans == [],
         "stopped in #{run.stopped_in} ms"}
      ]
  end

  defp row(cells, widths) do
    cells
    |> Enum.zip(widths)
    |> Enum.map_join(fn {cell, width} -> String.pad_trailing("#{cell}", width) end)
    |> then(&IO.puts("  " <> &1))
  end

  defp mb(bytes), do: round(bytes / 1_048_576, 1)

  defp round(nil, _digits), do: "-"
  defp round(number, digits), do: :erlang.float_to_binary(number * 1.0, decimals: digits)
end
