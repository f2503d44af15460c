# What a batch costs beside make/3, and what it does with large numbers:
#
#     cd elixir_port && MIX_ENV=prod mix run ../bench/batch.exs [rate|list|resume|cluster ...]
#
# THUMBNAILER_CORPUS names the folder whose photos/ are used. Ratios are of one run; the machine should have nothing else to do.

root = Path.expand("..", __DIR__)
Code.require_file(Path.join(root, "test/elixir_port/support/nodes.ex"))

defmodule Bench.Batch do
  alias Thumbnailer.{Batch, Nodes}
  alias Thumbnailer.Batch.{Content, Journal, Made}

  @copies 20

  def folder(name) do
    path = Path.join(System.tmp_dir!(), "thumbnailer-bench-#{System.pid()}-#{name}")
    File.mkdir_p!(path)
    path
  end

  def clear(paths), do: Enum.each(paths, &File.rm_rf!/1)

  @doc "The photos of the corpus, each under twenty names."
  def photos(root) do
    corpus = System.get_env("THUMBNAILER_CORPUS", Path.join(root, "../shared/corpus"))
    folder = folder("photos")
    photos = Path.wildcard(Path.join(corpus, "photos/*.jpg"))

    for photo <- photos,
        n <- 1..@copies,
        do: File.ln_s!(Path.expand(photo), Path.join(folder, "#{n}-#{Path.basename(photo)}"))

    folder
  end

  @doc "The same images by make/3 from as many callers as keep the workers busy, then by a batch, in turns."
  def rate(root) do
    photos = photos(root)
    inputs = Path.wildcard(photos <> "/*")
    {:ok, _pid} = Thumbnailer.start_link(name: Bench, workers: 2)
    out = folder("out")
    warm = Enum.take(inputs, 20)
    make(warm, out)

    rounds =
      for _round <- 1..1 do
        made = time(fn -> make(inputs, out) end)

        batch = %Batch{
          patterns: [photos],
          out: out,
          sizes: ["200"],
          jobs: 2,
          on: Bench,
          overwrite: :always
        }

        {made, time(fn -> {:ok, %{failed: 0}} = Batch.run(batch) end)}
      end

    count = length(inputs)

    for {made, batch} <- rounds do
      IO.puts(
        "rate: #{count} photos to 200 px: make/3 #{per(made, count)} ms, batch #{per(batch, count)} ms for each; " <>
          "#{Float.round(made / batch, 3)} of the rate"
      )
    end

    clear([photos, out])
  end

  defp make(inputs, out) do
    inputs
    |> Task.async_stream(
      &({:ok, _} = Thumbnailer.make(&1, 200, to: Path.join(out, Path.basename(&1)), on: Bench)),
      max_concurrency: 4,
      ordered: false,
      timeout: :infinity
    )
    |> Stream.run()
  end

  @doc "A list of a million paths that do not exist, so that nothing but the list and the batch take memory."
  def list do
    folder = folder("list")
    list = Path.join(folder, "list.txt")

    File.open!(list, [:write, :raw, :delayed_write], fn file ->
      for n <- 1..1_000_000,
          do: :ok = :file.write(file, "missing/folder-#{rem(n, 1000)}/image-#{n}.jpg\n")
    end)

    :erlang.garbage_collect()
    {:ok, _pid} = Thumbnailer.start_link(name: Bench.List, workers: 1)

    batch = %Batch{
      from: list,
      out: Path.join(folder, "out"),
      jobs: 2,
      on: Bench.List,
      formats: [:jpeg]
    }

    before = :erlang.memory(:total)

    {milliseconds, peak} =
      timed(fn ->
        {:ok, %{failed: 1_000_000}} =
          Batch.run(batch, fn report -> if rem(report.done, 10_000) == 0, do: note() end)

        Process.get(:peak)
      end)

    IO.puts(
      "list: 1,000,000 entries in #{Float.round(milliseconds / 1000, 1)} s; the BEAM had #{mb(peak)} MB at most, " <>
        "#{mb(before)} MB before"
    )

    clear([folder])
  end

  defp note, do: Process.put(:peak, max(Process.get(:peak, 0), :erlang.memory(:total)))

  @doc "A finished run of a hundred thousand files, of which another run has nothing to make."
  def resume do
    folder = folder("resume")
    out = Path.join(folder, "out")
    count = 100_000
    bytes = "a file"

    for n <- 1..count, name = "#{rem(n, 100)}/#{n}.jpg" do
      if n <= 100,
        do:
          Enum.each(
            [folder, out],
            &File.mkdir_p!(
              Path.join(&1, "in/#{rem(n, 100)}")
              |> String.replace("/out/in", "/out")
            )
          )

      path = Path.join([folder, "in", name])
      File.write!(path, bytes)
      File.touch!(path, 1_600_000_000)
      File.write!(Path.join(out, name), bytes)
    end

    {:ok, pid, _journal} = Journal.open(out)
    options = :erlang.md5(inspect([]))

    for n <- 1..count, name = "#{rem(n, 100)}/#{n}.jpg" do
      {:ok, content} = Content.stat(Path.join([folder, "in", name]))
      product = %{size: "200x200", format: :jpeg, width: 1, height: 1, bytes: byte_size(bytes)}

      made = %Made{
        content: %{content | hash: <<0::128>>},
        options: options,
        outputs: %{name => product}
      }

      Journal.write(pid, Path.expand(Path.join([folder, "in", name])), made)
    end

    Journal.close(pid)
    {:ok, _pid} = Thumbnailer.start_link(name: Bench.Resume, workers: 1)

    batch = %Batch{
      patterns: [Path.join(folder, "in")],
      out: out,
      jobs: 2,
      on: Bench.Resume,
      formats: [:jpeg]
    }

    {milliseconds, {:ok, report}} = timed(fn -> Batch.run(batch) end)

    IO.puts(
      "resume: #{report.skipped} of #{count} files skipped in #{Float.round(milliseconds / 1000, 1)} s"
    )

    clear([folder])
  end

  @doc "One node of one worker, then two, by paths."
  def cluster(root) do
    photos = photos(root)
    Nodes.distribute()
    one = Nodes.start("one", :bench)
    single = on_cluster(photos)
    two = Nodes.start("two", :bench)
    both = on_cluster(photos)
    Enum.each([one, two], &Nodes.stop/1)

    IO.puts(
      "cluster: two nodes #{Float.round(single / both, 2)} times one (#{round(single)} and #{round(both)} ms)"
    )

    clear([photos])
  end

  defp on_cluster(photos) do
    out = folder("cluster")

    batch = %Batch{
      patterns: [photos],
      out: out,
      sizes: ["200"],
      jobs: 8,
      on: {:cluster, :bench},
      shared_storage: true
    }

    milliseconds = time(fn -> {:ok, %{failed: 0}} = Batch.run(batch) end)
    clear([out])
    milliseconds
  end

  defp timed(act) do
    {microseconds, result} = :timer.tc(act)
    {microseconds / 1000, result}
  end

  defp time(act), do: act |> timed() |> elem(0)
  defp per(milliseconds, count), do: Float.round(milliseconds / count, 2)
  defp mb(bytes), do: Float.round(bytes / 1_000_000, 1)
end

what = if System.argv() == [], do: ~w(rate list resume cluster), else: System.argv()
if "rate" in what, do: Bench.Batch.rate(root)
if "list" in what, do: Bench.Batch.list()
if "resume" in what, do: Bench.Batch.resume()
if "cluster" in what, do: Bench.Batch.cluster(root)
