defmodule Thumbnailer.Batch.OutputPaths do
  @moduledoc false
  # What the outputs of an input are called, and where they lie. Nearly always the path of the input says it; the suffix of format
  # :auto may depend on the image.

  alias Thumbnailer.{Batch, Error, Formats}
  alias Thumbnailer.Batch.{Format, OutputName}
  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.Batch.Journal.Record

  @doc """
  The outputs of an input as far as its path says what they are called, for the claims of a survey: `:later` when only the image can
  tell, or an earlier run.
  """
  @spec by_path(Batch.t(), Path.t(), Path.t()) :: {:ok, [map]} | :later
  def by_path(batch, path, relative) do
    case suffix_by_path(batch, path) do
      :unknown -> :later
      suffix -> {:ok, name(batch, relative, suffix)}
    end
  end

  @doc "The outputs of an input, of which an earlier run may have left a record; looks at the image where only that can tell."
  @spec find(Batch.t(), Path.t(), Path.t(), Record.t() | nil) ::
          {:ok, [map]} | {:error, Error.t()}
  def find(batch, path, relative, record) do
    with {:ok, suffix} <- suffix(batch, path, relative, record) do
      outputs = name(batch, relative, suffix)
      paths = Enum.map(outputs, & &1.path)

      # Known only here: what format :auto stands for.
      case paths -- Enum.uniq(paths) do
        [] ->
          {:ok, outputs}

        [twice | _] ->
          {:error,
           Error.new(
             :write_failed,
             "two of its outputs would be #{Format.printable(twice)}; give --name"
           )}
      end
    end
  end

  defp name(batch, relative, auto_suffix) do
    for size <- batch.sizes, format <- batch.formats do
      suffix = if format == :auto, do: auto_suffix, else: "." <> Formats.suffix(format)
      name = OutputName.render!(batch.name, relative, size, format, suffix)
      %{name: name, path: batch.out <> "/" <> name, size: size, format: format}
    end
  end

  defp suffix(batch, path, relative, record) do
    case suffix_by_path(batch, path) do
      :unknown ->
        if known = record && remembered(batch, relative, record),
          do: {:ok, known},
          else: probed(batch, path)

      suffix ->
        {:ok, suffix}
    end
  end

  # The suffix of format :auto is chosen before the image is read, unless only the image can tell.
  defp suffix_by_path(%{formats: formats}, path) do
    format = Formats.of_path(path)

    cond do
      :auto not in formats -> ""
      format == nil -> :unknown
      Formats.auto(format) == format -> Path.extname(path)
      Formats.auto(format) != :opaque -> "." <> Formats.suffix(Formats.auto(format))
      true -> :unknown
    end
  end

  # The journal spares a finished run the look at each image.
  defp remembered(batch, relative, record) do
    Enum.find([".jpg", ".png"], fn suffix ->
      Map.has_key?(
        record.outputs,
        OutputName.render!(batch.name, relative, hd(batch.sizes), :auto, suffix)
      )
    end)
  end

  defp probed(batch, path) do
    with {:ok, %{format: format} = image} <-
           Thumbnailer.probe(
             RawPath.expand(path),
             [on: batch.on] ++ Keyword.take(batch.options, [:timeout])
           ) do
      case Formats.auto(format) do
        :opaque -> {:ok, if(image.alpha, do: ".png", else: ".jpg")}
        saved -> {:ok, "." <> Formats.suffix(saved)}
      end
    end
  end
end
