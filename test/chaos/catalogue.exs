defmodule Chaos.Catalogue do
  # What is asked for, and what the right answer is: the hash of each thumbnail, made before anything goes wrong. The
  # same program makes the same bytes of the same image, which is looked at as well.

  @images Path.expand("../../samples/images", __DIR__)
  @large ~w(photo.jpg progressive.jpg cmyk.jpg p3.png quadrants.png quadrants.webp animated.gif sixteen_bit.png)
  @small ~w(quadrants.png quadrants.jpg quadrants.webp quadrants.gif orientation_6.jpg grey.jpg alpha.png)
  @sizes [40, 97, {160, 90}]

  # Bytes that a JPEG decoder never comes to: they make a frame that takes a while to read.
  @padding :binary.copy(<<0>>, 3_000_000)

  @doc "Jobs, each with the hash of its thumbnail."
  def make(on, small?: small?) do
    files = if small?, do: @small, else: @large

    jobs =
      for file <- files,
          size <- @sizes,
          source <- sources(file, small?),
          do: %{source: source, size: size, options: []}

    jobs = jobs ++ with_step(jobs, on)

    hashed = Enum.map(jobs, &Map.put(&1, :hash, hash!(on, &1)))
    for job <- Enum.take_every(hashed, 5), do: ^job = %{job | hash: hash!(on, job)}
    List.to_tuple(hashed)
  end

  # Every third once more with a step, if the instance has one.
  defp with_step(jobs, on) do
    case Thumbnailer.Steps.list(on) do
      [] ->
        []

      [%{name: name} | _] ->
        for job <- Enum.take_every(jobs, 3), do: %{job | options: [step: name]}
    end
  end

  defp sources(file, small?) do
    path = Path.join(@images, file)
    padding = if file == "photo.jpg" and not small?, do: @padding, else: ""
    [path, {:bytes, File.read!(path) <> padding}]
  end

  defp hash!(on, job) do
    {:ok, thumbnail} =
      Thumbnailer.make(job.source, job.size, [on: on, timeout: 30_000] ++ job.options)

    hash(thumbnail.data)
  end

  def hash(data), do: :crypto.hash(:sha256, data)

  @doc "Any of the jobs."
  def pick(catalogue), do: elem(catalogue, :rand.uniform(tuple_size(catalogue)) - 1)

  @doc "Whether the hash is that of another job's thumbnail."
  def knows?(catalogue, hash), do: Enum.any?(Tuple.to_list(catalogue), &(&1.hash == hash))

  @doc "An image to have an accident with, of several pages so that a decoder gets to its second half."
  def victim, do: File.read!(Path.join(@images, "photo.jpg"))

  @doc "What lies in the folder of the written thumbnails and is not whole."
  def check_files(catalogue, folder) do
    for file <- File.ls!(folder),
        not knows?(catalogue, hash(File.read!(Path.join(folder, file)))),
        do: file
  end
end
