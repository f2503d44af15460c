# The cost of a million images by size class and output: the saturated rate with one worker for each processor, by path into
# files, and the processor time, including the BEAM's.
#
#     script/bench cost [--quick]
#
# Writes build/bench/cost.tsv; --write-docs puts it into docs/scaling.md.

alias Bench.{Settings, Source, Table, Usage}

defmodule Bench.Cost do
  @columns ~w(image output ms per_second hours core_hours)a

  @outputs [
    {"JPEG, 200 px", [200]},
    {"JPEG, 200 and 800 px", [200, 800]},
    {"WebP, 800 px", [{800, format: :webp}]},
    {"AVIF, 200 px", [{200, format: :avif}]}
  ]

  def run(images, settings) do
    workers = System.schedulers_online()
    {:ok, _instance} = Thumbnailer.start_link(name: __MODULE__, workers: workers)
    milliseconds = if settings.quick?, do: 300, else: 4_000

    rows =
      for {image, path} <- images, {output, outputs} <- @outputs do
        # A warm-up.
        measure(path, outputs, workers, 200)
        row(image, output, measure(path, outputs, workers, milliseconds))
      end

    IO.puts("a million images, #{workers} workers")
    headings = Enum.map(@columns, &to_string/1)
    Table.print([headings | for(row <- rows, do: for(column <- @columns, do: cell(row[column])))])
    Table.write("cost", @columns, rows, settings)
  end

  defp cell(number) when is_float(number), do: Table.number(number, 2)
  defp cell(text), do: text

  # Milliseconds of wall time and of processor time for one image.
  defp measure(path, outputs, workers, milliseconds) do
    {:ok, %{os_pid: server}} = Thumbnailer.info(__MODULE__)
    ours = %{through_beam?: true, processes: fn -> [server] end}
    before = Usage.processor(ours)
    started = System.monotonic_time(:millisecond)
    ends_at = started + milliseconds

    # Twice as many callers as workers, so that no worker waits for the next image.
    made =
      1..(2 * workers)
      |> Enum.map(fn n -> Task.async(fn -> repeat(path, named(outputs, n), ends_at, 0) end) end)
      |> Task.await_many(:infinity)
      |> Enum.sum()

    elapsed = System.monotonic_time(:millisecond) - started
    %{ms: elapsed / made, cpu_ms: (Usage.processor(ours) - before) / made}
  end

  defp repeat(path, outputs, ends_at, count) do
    if System.monotonic_time(:millisecond) < ends_at do
      {:ok, results} = Thumbnailer.make_many(path, outputs, on: __MODULE__)
      true = Enum.all?(results, &match?({:ok, _thumbnail}, &1))
      repeat(path, outputs, ends_at, count + 1)
    else
      count
    end
  end

  defp named(outputs, n) do
    for {output, m} <- Enum.with_index(outputs) do
      {size, options} = if is_tuple(output), do: output, else: {output, [format: :jpeg]}
      {size, [to: Path.join(folder(), "#{n}-#{m}.#{options[:format]}")] ++ options}
    end
  end

  defp folder do
    path = Path.join(System.tmp_dir!(), "thumbnailer-cost-#{System.pid()}")
    File.mkdir_p!(path)
    path
  end

  defp row(image, output, %{ms: ms, cpu_ms: cpu_ms}) do
    # A million milliseconds are 1,000 seconds.
    hours = &(&1 * 1_000 / 3_600)

    %{
      image: image,
      output: output,
      ms: ms,
      per_second: 1000 / ms,
      hours: hours.(ms),
      core_hours: hours.(cpu_ms)
    }
  end

  def clear, do: File.rm_rf!(folder())
end

settings = Settings.read!()

images = [
  {"small, 0.3 Mpx", Path.join(settings.root, "samples/images/photo.jpg")},
  {"medium, 6 Mpx", Source.photo(settings)},
  {"large, 24 Mpx", Source.large_photo(settings)}
]

Bench.Cost.run(images, settings)
Bench.Cost.clear()
