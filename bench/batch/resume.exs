defmodule Bench.Resume do
  # A finished run of a hundred thousand files, of which another run has nothing to make.

  alias Bench.Folders
  alias Thumbnailer.Batch
  alias Thumbnailer.Batch.Journal
  alias Thumbnailer.Batch.Journal.{Fingerprint, Record}

  @folders 100
  @files 1_000

  def run do
    folder = Folders.make("resume")
    [inputs, out] = for side <- ~w(in out), do: Path.join(folder, side)
    image = Path.join(folder, "image.jpg")
    File.write!(image, "a file")
    for side <- [inputs, out], n <- 1..@folders, do: Folders.links("#{side}/#{n}", image, @files)
    remember(inputs, out, image)

    count = @folders * @files

    {milliseconds, {:ok, %{skipped: ^count}}} =
      Folders.timed(fn -> Batch.run(inputs, out: out, jobs: 2, formats: [:jpeg]) end)

    Folders.tell(
      "resume",
      "#{count} finished files in #{Float.round(milliseconds / 1000, 1)} s",
      "10 s"
    )

    Folders.clear([folder])
  end

  # As a run leaves it that made them all.
  defp remember(inputs, out, image) do
    File.mkdir_p!(Journal.Folder.path(out))
    {:ok, pid, _journal} = Journal.open(out, :write, Journal.Folder.path(out))
    {:ok, content} = Fingerprint.stat(Path.join(inputs, "1/1.jpg"))

    product = %{
      size: "200x200",
      format: :jpeg,
      width: 1,
      height: 1,
      bytes: File.stat!(image).size
    }

    for folder <- 1..@folders, n <- 1..@files, name = "#{folder}/#{n}.jpg" do
      made = %Record{
        content: %{content | mac: <<0::384>>},
        options: :erlang.md5(inspect([])),
        outputs: %{name => product}
      }

      Journal.write(pid, Path.join(inputs, name), made)
    end

    Journal.close(pid)
  end
end
