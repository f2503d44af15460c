defmodule Thumbnailer.Batch do
  @moduledoc """
  Thumbnails of whole trees of images: what `mix thumbnailer.batch` does.

      batch = %Thumbnailer.Batch{patterns: ["photos"], out: "thumbs", sizes: ["200x200"], jobs: 4}
      %Thumbnailer.Batch.Report{done: 340, failures: []} = Thumbnailer.Batch.run(batch)

  Inputs are found while images are made, so a tree may be as large as it likes. Each image is decoded once for all
  sizes. Outputs mirror the tree below `out`: `photos/a/b.jpg` becomes `thumbs/a/b.jpg`, with several sizes
  `thumbs/a/b-200x200.jpg` and so on; `options[:format]` changes the suffix. Two images that would have the same
  output are a failure of the second.
  """

  alias Thumbnailer.{Error, Formats, Thumbnail}
  alias Thumbnailer.Batch.{Input, Report}

  @enforce_keys [:patterns, :out]
  defstruct [:patterns, :out, sizes: ["200x200"], jobs: 1, on: Thumbnailer, options: []]

  @type t :: %__MODULE__{
          patterns: [String.t()],
          out: Path.t(),
          # sizes as they stand in the names of outputs
          sizes: [String.t(), ...],
          # images at the same time
          jobs: pos_integer,
          on: GenServer.server(),
          # of `Thumbnailer.make/3`, without `:to` and `:on`
          options: keyword
        }

  @typedoc "What became of one input: thumbnails, and errors where there is none."
  @type outcome :: {Path.t(), [Thumbnail.t()], [Error.t()]}

  @doc "The inputs of a batch, in order, as a lazy stream."
  @spec inputs(t) :: Enumerable.t()
  def inputs(%__MODULE__{} = batch), do: Input.stream(batch.patterns, batch.out)

  @doc "Makes all thumbnails; `observe` is called with the report after each image."
  @spec run(t, (Report.t() -> term)) :: Report.t()
  def run(%__MODULE__{} = batch, observe \\ &Function.identity/1) do
    claims = :ets.new(__MODULE__, [:public, write_concurrency: true])

    report =
      batch
      |> inputs()
      |> Task.async_stream(&convert(&1, batch, claims),
        # Twice as many as are worked on, so that no worker waits for the next.
        max_concurrency: 2 * batch.jobs,
        ordered: false,
        timeout: :infinity
      )
      |> Enum.reduce(Report.new(), fn {:ok, outcome}, report ->
        report |> Report.add(outcome) |> tap(observe)
      end)

    :ets.delete(claims)
    report
  end

  @spec convert(Input.t() | {:error, Path.t(), Error.t()}, t, :ets.table()) :: outcome
  defp convert({:error, path, error}, _batch, _claims), do: {path, [], [error]}

  defp convert(%Input{path: path} = input, batch, claims) do
    with {:ok, suffix} <- suffix(path, batch),
         outputs = outputs(input, suffix, batch),
         :ok <- claim(outputs, path, claims),
         :ok <- make_directory(outputs),
         {:ok, results} <- Thumbnailer.make_all(path, outputs, [{:on, batch.on} | batch.options]) do
      {path, for({:ok, thumbnail} <- results, do: thumbnail),
       for({:error, error} <- results, do: error)}
    else
      :made_already -> {path, [], []}
      {:error, error} -> {path, [], [error]}
    end
  end

  # The name of an output is chosen before the image is read, unless only the image can tell.
  defp suffix(path, batch) do
    case Keyword.get(batch.options, :format, :auto) do
      :auto -> path |> Formats.of_path() |> kept_suffix(path, batch)
      format -> {:ok, "." <> Formats.suffix(format)}
    end
  end

  defp kept_suffix(format, path, batch) do
    case format && Formats.auto(format) do
      ^format when format != nil -> {:ok, Path.extname(path)}
      saved when saved not in [nil, :opaque] -> {:ok, "." <> Formats.suffix(saved)}
      _the_image_says -> probed_suffix(path, batch)
    end
  end

  defp probed_suffix(path, batch) do
    opts = [{:on, batch.on} | Keyword.take(batch.options, [:timeout])]

    with {:ok, %{format: format} = image} <- Thumbnailer.probe(path, opts) do
      case Formats.auto(format) do
        :opaque -> {:ok, if(image.alpha, do: ".png", else: ".jpg")}
        saved -> {:ok, "." <> Formats.suffix(saved)}
      end
    end
  end

  defp outputs(input, suffix, %{sizes: [size]} = batch),
    do: [{size, to: Path.join(batch.out, Path.rootname(input.relative) <> suffix)}]

  defp outputs(input, suffix, batch) do
    for size <- batch.sizes,
        do: {size, to: Path.join(batch.out, "#{Path.rootname(input.relative)}-#{size}#{suffix}")}
  end

  # Patterns may overlap, so the same input may come twice; but no output may come from two inputs.
  defp claim(outputs, path, claims) do
    [{_size, to: output} | _] = outputs
    key = :erlang.md5(output)

    cond do
      :ets.insert_new(claims, {key, path}) -> :ok
      [{key, path}] == :ets.lookup(claims, key) -> :made_already
      true -> {:error, taken(output, :ets.lookup_element(claims, key, 2))}
    end
  end

  defp taken(output, other),
    do:
      Error.new(:write_failed, "#{output} is made from #{other} already; give it another folder")

  defp make_directory([{_size, to: output} | _]) do
    directory = Path.dirname(output)

    with {:error, posix} <- File.mkdir_p(directory) do
      message = "the folder #{directory} cannot be made: #{:file.format_error(posix)}"
      {:error, Error.new(:write_failed, message)}
    end
  end
end
