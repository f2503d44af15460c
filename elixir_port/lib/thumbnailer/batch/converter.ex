defmodule Thumbnailer.Batch.Converter do
  @moduledoc false
  # One input of a batch to its outputs: what they are called, which of them are due, and making those.

  alias Thumbnailer.{Batch, Error, Formats, Thumbnail}
  alias Thumbnailer.Batch.{Input, Journal, Outcome, OutputName}
  alias Thumbnailer.Batch.Journal.{Fingerprint, OutputClaims, Record}

  @enforce_keys [:batch, :claims, :options]
  defstruct [:batch, :claims, :options, :writer, :journal]

  @type t :: %__MODULE__{
          batch: Batch.t(),
          claims: OutputClaims.t(),
          # a digest of the options that all outputs share
          options: binary,
          # nil in a dry run
          writer: pid | nil,
          journal: Journal.t() | nil
        }

  @doc "For the images of one batch that `Thumbnailer.Batch.validate!/1` has checked."
  @spec new(Batch.t(), pid | nil, Journal.t() | nil, OutputClaims.t()) :: t
  def new(batch, writer, journal, claims) do
    # How long it may take does not change what comes out.
    options =
      batch.options |> Keyword.delete(:timeout) |> Enum.sort() |> inspect(limit: :infinity)

    %__MODULE__{
      batch: batch,
      claims: claims,
      options: :erlang.md5(options),
      writer: writer,
      journal: journal
    }
  end

  @doc "Makes what is due of the input; never raises for what an input can cause."
  @spec run(t, Input.found()) :: Outcome.t()
  def run(_convert, {:error, path, error}), do: Outcome.failed(path, error)

  def run(converter, %Input{path: path} = input) do
    started = System.monotonic_time(:microsecond)
    outcome = with {:error, error} <- convert(converter, input), do: Outcome.failed(path, error)
    %{outcome | milliseconds: (System.monotonic_time(:microsecond) - started) / 1000}
  end

  defp convert(converter, %Input{path: path} = input) do
    record = journal_record(converter, path)

    with {:ok, content} <- Fingerprint.stat(path, input.info),
         {:ok, outputs} <- outputs(converter.batch, input, record),
         :ok <- claim(converter.claims, outputs, path) do
      same? = fn -> Fingerprint.same?(record.content, content, path, converter.journal.key) end

      record
      |> Record.due(outputs, converter.batch.overwrite, content, converter.options, same?)
      |> make(converter, path, content, record)
    else
      :again -> %Outcome{path: path, state: :skipped}
      {:error, error} -> {:error, error}
    end
  end

  # A dry run reads what the journal would say, but has none when nothing was made yet.
  defp journal_record(%{journal: nil}, _path), do: nil
  defp journal_record(%{journal: journal}, path), do: Journal.fetch(journal, Path.expand(path))

  # -- names

  defp outputs(batch, %Input{path: path, relative: relative}, record) do
    with {:ok, kept} <- kept_suffix(batch, path, relative, record) do
      outputs =
        for size <- batch.sizes, format <- batch.formats do
          suffix = if format == :auto, do: kept, else: "." <> Formats.suffix(format)
          name = OutputName.render!(batch.name, relative, size, format, suffix)
          %{name: name, path: Path.join(batch.out, name), size: size, format: format}
        end

      refuse_duplicates(outputs)
    end
  end

  # Known only here: what format :auto stands for.
  defp refuse_duplicates(outputs) do
    paths = Enum.map(outputs, & &1.path)

    case paths -- Enum.uniq(paths) do
      [] ->
        {:ok, outputs}

      [twice | _] ->
        {:error, Error.new(:write_failed, "two of its outputs would be #{twice}; give --name")}
    end
  end

  # The suffix of format :auto is chosen before the image is read, unless only the image can tell.
  defp kept_suffix(%{formats: formats} = batch, path, relative, record) do
    format = Formats.of_path(path)

    cond do
      :auto not in formats ->
        {:ok, ""}

      format != nil and Formats.auto(format) == format ->
        {:ok, Path.extname(path)}

      format != nil and Formats.auto(format) != :opaque ->
        {:ok, "." <> Formats.suffix(Formats.auto(format))}

      suffix = record && recorded_suffix(batch, relative, record) ->
        {:ok, suffix}

      true ->
        probed_suffix(batch, path)
    end
  end

  # The journal spares a finished run the look at each image.
  defp recorded_suffix(batch, relative, record) do
    Enum.find([".jpg", ".png"], fn suffix ->
      Map.has_key?(
        record.outputs,
        OutputName.render!(batch.name, relative, hd(batch.sizes), :auto, suffix)
      )
    end)
  end

  defp probed_suffix(batch, path) do
    with {:ok, %{format: format} = image} <- Thumbnailer.probe(path, call(batch, [:timeout])) do
      case Formats.auto(format) do
        :opaque -> {:ok, if(image.alpha, do: ".png", else: ".jpg")}
        saved -> {:ok, "." <> Formats.suffix(saved)}
      end
    end
  end

  # -- making

  # Patterns may overlap, so the same input may come twice; but no output may come from two inputs.
  defp claim(claims, outputs, path) do
    Enum.reduce_while(outputs, :ok, fn output, _claimed ->
      case OutputClaims.claim(claims, output.path, path) do
        :ok -> {:cont, :ok}
        :again -> {:halt, :again}
        {:taken, other} -> {:halt, {:error, taken(output.path, other)}}
      end
    end)
  end

  defp taken(output, other),
    do:
      Error.new(:write_failed, "#{output} is made from #{other} already; give it another folder")

  defp make({due, existing}, %{batch: %{dry_run: true}}, path, content, _record) do
    state = if due == [], do: :skipped, else: :planned
    %Outcome{path: path, state: state, outputs: due ++ existing, bytes: content.size, made: 0}
  end

  defp make({[], existing}, converter, path, content, record) do
    # A file that was touched is hashed once, and known by its new time from then on.
    if record != nil and record.content.mtime != content.mtime and
         converter.batch.overwrite == :older,
       do:
         Journal.write(converter.writer, Path.expand(path), %{
           record
           | content: %{content | hash: record.content.hash}
         })

    outputs = Enum.map(existing, &describe(&1, record && record.outputs[&1.name]))
    %Outcome{path: path, state: :skipped, outputs: outputs, bytes: content.size}
  end

  defp make({due, existing}, %{batch: batch} = converter, path, content, record) do
    with {:ok, content} <- Fingerprint.hash(content, path, converter.journal.key),
         :ok <- make_folders(due),
         {:ok, results} <- Thumbnailer.make_all(path, Enum.map(due, &wanted/1), call(batch)) do
      products =
        for {output, {:ok, thumbnail}} <- Enum.zip(due, results), do: product(output, thumbnail)

      errors = for {:error, error} <- results, do: error
      kept = Enum.map(existing, &describe(&1, record && record.outputs[&1.name]))
      write_record(converter, path, content, products ++ kept)

      %Outcome{
        path: path,
        state: if(errors == [], do: :made, else: :failed),
        outputs: products ++ kept,
        errors: errors,
        made: length(products),
        bytes: content.size
      }
    end
  end

  defp wanted(%{format: :auto} = output), do: {output.size, to: output.path}
  defp wanted(output), do: {output.size, to: output.path, format: output.format}

  defp product(output, %Thumbnail{} = thumbnail),
    do: Map.merge(output, Map.take(thumbnail, [:width, :height, :bytes]))

  # What was there before the journal was, is known by its name only.
  defp describe(output, nil), do: output
  defp describe(output, product), do: Map.merge(output, product)

  defp write_record(converter, path, content, outputs) do
    products =
      for %{bytes: _made} = output <- outputs,
          into: %{},
          do: {output.name, Map.take(output, [:size, :format, :width, :height, :bytes])}

    record = %Record{content: content, options: converter.options, outputs: products}
    if products != %{}, do: Journal.write(converter.writer, Path.expand(path), record)
  end

  defp call(batch, only \\ nil) do
    options = if only, do: Keyword.take(batch.options, only), else: batch.options
    shared = if batch.shared_storage, do: [shared_storage: true], else: []
    [{:on, batch.on} | shared] ++ options
  end

  defp make_folders(outputs) do
    outputs
    |> Enum.map(&Path.dirname(&1.path))
    |> Enum.uniq()
    |> Enum.find_value(:ok, fn folder ->
      with {:error, posix} <- make_folder(folder) do
        {:error,
         Error.new(
           :write_failed,
           "the folder #{folder} cannot be made: #{:file.format_error(posix)}"
         )}
      else
        :ok -> nil
      end
    end)
  end

  # Nearly always it is there already, which File.mkdir_p/1 would ask the file server of the BEAM.
  defp make_folder(folder) do
    case Fingerprint.info(folder) do
      {:ok, %{type: :directory}} -> :ok
      _missing -> File.mkdir_p(folder)
    end
  end
end
