defmodule Thumbnailer.Batch.OutputName do
  @moduledoc false
  # What the outputs of a batch are called: a template such as `"{dir}/{name}_{width}.{ext}"`.
  #
  #   * `{dir}` - the folder of the input below the one that its pattern starts at
  #   * `{name}` - its name without the suffix
  #   * `{size}` - the size as it was given, such as `200x`
  #   * `{width}`, `{height}` - the sides of the size; each size must have the side
  #   * `{format}` - the name of the format, such as `jpeg`
  #   * `{ext}` - the suffix of the output, such as `jpg`

  alias Thumbnailer.{Formats, Size}

  @fields Map.new(~w(dir name size width height format ext)a, &{to_string(&1), &1})

  @typedoc "A template that was read: texts, and atoms for its fields."
  @type t :: [String.t() | atom]

  @doc """
  Reads a template; raises `ArgumentError` when it has an unknown field.

      iex> Thumbnailer.Batch.OutputName.parse!("{name}-{size}.{ext}")
      [:name, "-", :size, ".", :ext]
  """
  @spec parse!(String.t()) :: t
  def parse!(template) do
    for part <- Regex.split(~r/\{[^{}]*\}/, template, include_captures: true, trim: true),
        do: part!(part)
  end

  defp part!("{" <> field) do
    field = String.trim_trailing(field, "}")

    Map.get(@fields, field) ||
      raise ArgumentError,
            "there is no {#{field}}; a name may have " <>
              Enum.map_join(Map.keys(@fields), ", ", &"{#{&1}}")
  end

  defp part!(text), do: text

  @doc "The template where none is given: names tell outputs apart, and no more."
  @spec default([String.t()]) :: t
  def default([_size]), do: parse!("{dir}/{name}.{ext}")
  def default(_sizes), do: parse!("{dir}/{name}-{size}.{ext}")

  @doc "Raises `ArgumentError` where two of the outputs would be one file, or a size lacks a side that is asked for."
  @spec check!(t, [String.t()], [atom]) :: t
  def check!(template, sizes, formats) do
    if length(sizes) * length(formats) > 64,
      do: raise(ArgumentError, "an image may have 64 outputs, sizes times formats")

    names =
      for size <- sizes,
          format <- formats,
          do: render!(template, "a/b", size, format, "." <> to_string(format))

    with [twice | _] <- names -- Enum.uniq(names) do
      raise ArgumentError, "two outputs of an image would have the same name, such as #{twice}"
    end

    template
  end

  @doc """
  The name for one output of the input `relative`, below the folder for all.

      iex> template = Thumbnailer.Batch.OutputName.parse!("{dir}/{name}_{width}.{ext}")
      iex> Thumbnailer.Batch.OutputName.render!(template, "trip/a.tiff", "200x", :jpeg, ".jpg")
      "trip/a_200.jpg"
  """
  @spec render!(t, Path.t(), String.t(), Formats.saved() | :auto, String.t()) :: Path.t()
  def render!(template, relative, size, format, suffix) do
    template
    |> Enum.map_join(fn
      text when is_binary(text) -> text
      :dir -> dir(relative)
      :name -> relative |> Path.basename() |> Path.rootname()
      :size -> size
      :format -> format_name(format, suffix)
      :ext -> String.trim_leading(suffix, ".")
      side -> side!(size, side)
    end)
    |> String.trim_leading("/")
  end

  defp dir(relative), do: with("." <- Path.dirname(relative), do: "")

  defp format_name(:auto, suffix), do: to_string(Formats.of_path("a" <> suffix) || "auto")
  defp format_name(format, _suffix), do: to_string(format)

  defp side!(size, side) do
    case Size.parse!(size) do
      %{^side => pixels} ->
        to_string(pixels)

      _free ->
        raise ArgumentError, "the size #{size} has no #{side} that {#{side}} could stand for"
    end
  end
end
