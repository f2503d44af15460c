defmodule Thumbnailer.Protocol.Answer do
  @moduledoc false
  # What the maps inside replies say, as structs. A program that says what no thumbnail can be is not believed: that is
  # {:error, :bad_reply}, never an exception and never a thumbnail.

  alias Thumbnailer.{Error, Formats, ImageInfo, Thumbnail}

  # What is served as an image must not be a page or a script, whatever the program calls it.
  @read for %{name: name} <- Formats.table(), do: name
  @written Formats.savers()

  @details [:signal, :exit_status, :system_call, :stderr, :option, :limit, :step, :fault]

  defguardp is_side(pixels) when is_integer(pixels) and pixels > 0

  @doc "The thumbnails in the answer to `make`, one for each of the `count` outputs."
  @spec thumbnails(map, pos_integer) ::
          {:ok, [{:ok, Thumbnail.t()} | {:error, Error.t()}]} | {:error, Error.t()}
  def thumbnails(%{outputs: outputs} = answer, count)
      when is_list(outputs) and length(outputs) == count do
    with {:ok, warnings} <- warnings(answer),
         read = Enum.map(outputs, &output(&1, warnings)),
         false <- :error in read do
      {:ok, read}
    else
      _no_answer -> bad_reply(answer)
    end
  end

  def thumbnails(answer, _count), do: bad_reply(answer)

  # Of the source, and so of each output.
  defp warnings(answer) do
    warnings = Map.get(answer, :warnings, [])
    if is_list(warnings) and Enum.all?(warnings, &is_binary/1), do: {:ok, warnings}, else: :error
  end

  defp output(
         {:ok, %{format: format, width: width, height: height, bytes: bytes} = output},
         warnings
       )
       when format in @written and is_side(width) and is_side(height) and is_integer(bytes) and
              bytes > 0 do
    thumbnail = %Thumbnail{
      format: format,
      width: width,
      height: height,
      bytes: bytes,
      placeholder: output[:placeholder],
      warnings: warnings
    }

    case output do
      %{placeholder: placeholder} when not is_binary(placeholder) -> :error
      %{data: data} when byte_size(data) == bytes -> {:ok, %{thumbnail | data: data}}
      %{path: path} when is_binary(path) -> {:ok, %{thumbnail | path: path}}
      _neither -> :error
    end
  end

  defp output({:error, map}, _warnings), do: with({:ok, error} <- error(map), do: {:error, error})
  defp output(_other, _warnings), do: :error

  @doc "What the answer to `probe` says about the image."
  @spec image(map) :: {:ok, ImageInfo.t()} | {:error, Error.t()}
  def image(%{format: format, width: width, height: height} = image)
      when format in @read and is_side(width) and is_side(height),
      do: {:ok, struct(ImageInfo, read_date(image))}

  def image(answer), do: bad_reply(answer)

  # Cameras write what they like: a date that is none is as good as no date.
  defp read_date(%{taken_at: text} = image) when is_binary(text) do
    case NaiveDateTime.from_iso8601(text) do
      {:ok, date} -> %{image | taken_at: date}
      {:error, _reason} -> %{image | taken_at: nil}
    end
  end

  defp read_date(image), do: image

  @doc "The error in the map of an answer, or of one of its outputs."
  @spec error(term) :: {:ok, Error.t()} | :error
  def error(%{reason: reason, message: message} = map) when is_binary(message) do
    if Error.reason?(reason),
      do: {:ok, Error.new(reason, message, Map.take(map, @details))},
      else: :error
  end

  def error(_other), do: :error

  defp bad_reply(answer) do
    said = Map.delete(answer, :times)
    message = "the port program answered with something that is no answer: " <> shorten(said)
    {:error, Error.new(:bad_reply, message)}
  end

  defp shorten(term), do: inspect(term, limit: 10, printable_limit: 60)
end
