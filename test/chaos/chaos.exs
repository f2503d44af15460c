# The run behind script/chaos: arguments, the instance, load and faults, and the report.

for part <- ~w(processes catalogue load injector resources report),
    do: Code.require_file("#{part}.exs", __DIR__)

defmodule Chaos do
  alias Chaos.{Catalogue, Resources, Injector, Load, Report}

  @switches [
    faults: :integer,
    callers: :integer,
    seconds: :integer,
    images: :integer,
    seed: :integer
  ]
  @defaults %{faults: 500, callers: 16, seconds: 3_600, images: nil, seed: 1}

  # Short, so that a stopped process is missed soon: a worker after the deadline, the server half a second later.
  @timeout 600
  @workers 4

  def run(arguments) do
    options = parse!(arguments)

    # What is written about each death of the server belongs to the log, not between the rows of the table.
    Logger.configure(level: :none)
    folder = Path.join(System.tmp_dir!(), "thumbnailer-chaos-#{System.pid()}")
    File.mkdir_p!(folder)

    try do
      passed? = options |> start(folder) |> report()
      System.halt(if passed?, do: 0, else: 1)
    after
      File.rm_rf!(folder)
    end
  end

  defp parse!(arguments) do
    case OptionParser.parse(arguments, strict: @switches) do
      {options, [], []} -> Map.merge(@defaults, Map.new(options))
      {_options, words, wrong} -> refuse!(words ++ Enum.map(wrong, &elem(&1, 0)))
    end
  end

  defp refuse!(words) do
    IO.puts(
      :stderr,
      "script/chaos: not understood: #{Enum.join(words, " ")}; see the first lines of script/chaos"
    )

    System.halt(64)
  end

  defp start(options, folder) do
    soak? = options.faults == 0

    instance = [
      name: Chaos,
      workers: @workers,
      poison_after: 0,
      timeout: if(soak?, do: 30_000, else: @timeout)
    ]

    {:ok, tree} =
      Supervisor.start_link([{Thumbnailer, instance ++ executable(soak?)}], strategy: :one_for_one)

    add_step()
    catalogue = Catalogue.make(Chaos, small?: soak?)
    before = Resources.at_rest(Chaos, @workers)
    load = Load.start(catalogue, folder, options.callers, options.images)
    started = System.monotonic_time(:millisecond)
    ends_at = started + options.seconds * 1_000

    injected =
      if soak?,
        do: Resources.watch(Chaos, load, ends_at),
        else: Injector.run(Chaos, catalogue, @workers, options, ends_at)

    answers = Load.stop(load)
    {:ok, stats} = Thumbnailer.stats(Chaos)
    seconds = (System.monotonic_time(:millisecond) - started) / 1_000
    left = Resources.at_rest(Chaos, @workers)
    os_pids = Chaos.Processes.all(Chaos)
    stopped_in = stop(tree)

    %{
      options: options,
      seconds: seconds,
      answers: answers,
      injected: injected,
      stats: stats,
      before: before,
      left: left,
      files: Catalogue.check_files(catalogue, folder),
      orphans: Enum.filter(os_pids, &Chaos.Processes.alive?/1),
      stopped_in: stopped_in,
      deadline: instance[:timeout]
    }
  end

  # The program that takes the place of a killed one must have it, too.
  defp add_step do
    module = Path.expand("../../samples/steps/duotone.wasm", __DIR__)

    with {:error, error} <- Thumbnailer.Steps.add(Chaos, :duotone, module),
         do: IO.puts("without steps: #{error.message}")
  end

  defp executable(_soak? = true), do: []

  defp executable(_soak?),
    do: [
      executable:
        Path.join(Path.dirname(System.fetch_env!("THUMBNAILER_EXECUTABLE")), "thumbnailer_faulty")
    ]

  defp stop(tree) do
    {microseconds, :ok} = :timer.tc(fn -> Supervisor.stop(tree) end)
    div(microseconds, 1_000)
  end

  defp report(run), do: Report.print(run)
end

Chaos.run(System.argv())
