defmodule Bench.Folders do
  # Folders full of images for the time of a measurement, and the clock.

  @copies 20

  def make(name) do
    path = Path.join(System.tmp_dir!(), "thumbnailer-bench-#{System.pid()}-#{name}")
    File.mkdir_p!(path)
    path
  end

  def clear(paths), do: Enum.each(paths, &File.rm_rf!/1)

  @doc "The photos of the corpus, each under twenty names."
  def photos(root) do
    corpus = System.get_env("THUMBNAILER_CORPUS", Path.join(root, "../shared/corpus"))
    folder = make("photos")
    photos = Path.wildcard(Path.join(corpus, "photos/*.jpg"))

    for photo <- photos,
        n <- 1..@copies,
        do: File.ln_s!(Path.expand(photo), Path.join(folder, "#{n}-#{Path.basename(photo)}"))

    folder
  end

  @doc "A folder of `count` files with the bytes of one, which take no space of their own."
  def links(folder, source, count) do
    File.mkdir_p!(folder)
    [first | others] = for n <- 1..count, do: Path.join(folder, "#{n}#{Path.extname(source)}")
    File.cp!(source, first)
    # Older than anything that will be read of it.
    File.touch!(first, 1_600_000_000)
    for other <- others, do: :ok = :file.make_link(first, other)
    folder
  end

  @doc "Milliseconds, and the result."
  def timed(act) do
    {microseconds, result} = :timer.tc(act)
    {microseconds / 1000, result}
  end

  def time(act), do: act |> timed() |> elem(0)

  @doc "One line: what was measured, against what was aimed at."
  def tell(name, figure, target \\ nil),
    do: IO.puts("#{name}: #{figure}" <> if(target, do: " (target: #{target})", else: ""))
end
