defmodule Bench.List do
  # A list of a million files that exist, of which nothing is to be made as all thumbnails exist too. A thousand
  # folders are links to one of a thousand files: so many paths cost no time to make.

  alias Bench.Folders
  alias Thumbnailer.Batch

  @side 1_000

  def run do
    folder = Folders.make("list")
    image = Path.join(folder, "image.jpg")
    File.write!(image, "a file")
    out = Path.join(folder, "out")
    listed = Path.join(folder, "in")
    # What comes of a path in a list mirrors the whole path.
    for side <- [listed, Path.join(out, listed)], do: fan(side, image)
    list = Path.join(folder, "list.txt")
    # In a process of its own, whose memory is gone with it.
    fn ->
      File.write!(list, for(f <- 1..@side, n <- 1..@side, do: "#{listed}/#{f}/#{n}.jpg\n"))
    end
    |> Task.async()
    |> Task.await(:infinity)

    opts = [
      from: list,
      out: out,
      jobs: 2,
      formats: [:jpeg],
      overwrite: :never,
      follow_links: true,
      observe: &note/1
    ]

    before = :erlang.memory(:total)
    count = @side * @side

    {milliseconds, peak} =
      Folders.timed(fn ->
        {:ok, %{skipped: ^count}} = Batch.run([], opts)
        Process.get(:peak)
      end)

    Folders.tell(
      "list",
      "#{count} files in #{Float.round(milliseconds / 1000, 1)} s; the BEAM had #{mb(peak)} MB at most, #{mb(before)} MB before",
      "60 MB"
    )

    Folders.clear([folder])
  end

  defp fan(side, image) do
    one = Folders.links(Path.join(side, "1"), image, @side)
    for n <- 2..@side, do: File.ln_s!(one, Path.join(side, "#{n}"))
  end

  defp note(report) do
    if rem(report.done, 10_000) == 0,
      do: Process.put(:peak, max(Process.get(:peak, 0), :erlang.memory(:total)))
  end

  defp mb(bytes), do: Float.round(bytes / 1_000_000, 1)
end
