defmodule Thumbnailer.Batch.OutputName do
  @moduledoc false
  # What the outputs of a batch are called: a template such as `"{dir}/{name}_{width}.{ext}"`.
  #
  #   * `{dir}` - the folder of the input below the one that its pattern starts at
  #   * `{name}` - its name without the suffix
  #   * `{source_ext}` - the suffix of the input, such as `cr2`
  #   * `{size}` - the size as it was given, such as `200x`
  #   * `{width}`, `{height}` - the sides of the size; each size must have the side
  #   * `{format}` - the name of the format, such as `jpeg`
  #   * `{ext}` - the suffix of the output, such as `jpg`

  import Kernel, except: [to_string: 1]

  alias Thumbnailer.{Formats, Size}

  @fields Map.new(
            ~w(dir name source_ext size width height format ext)a,
            &{Atom.to_string(&1), &1}
          )

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

  @doc """
  The template as it is written.

      iex> "{dir}/{name}.{ext}" |> Thumbnailer.Batch.OutputName.parse!() |> Thumbnailer.Batch.OutputName.to_string()
      "{dir}/{name}.{ext}"
  """
  @spec to_string(t) :: String.t()
  def to_string(template), do: Enum.map_join(template, &if(is_atom(&1), do: "{#{&1}}", else: &1))

  @doc "The template with the suffix of the input behind its name."
  @spec with_source_ext(t) :: t
  def with_source_ext(template),
    do: Enum.flat_map(template, &if(&1 == :name, do: [:name, ".", :source_ext], else: [&1]))

  @doc "The template where none is given: names tell outputs apart, and no more."
  @spec default([String.t()]) :: t
  def default(sizes), do: build([:dir, "/"], "", sizes)

  @doc """
  The template for the flags `--flat`, `--suffix` and `--beside`; beside the originals a name must differ from theirs.

      iex> alias Thumbnailer.Batch.OutputName
      iex> ["200x"] |> OutputName.arranged(%{flat: true, suffix: "-small", beside: false}) |> OutputName.to_string()
      "{name}-small.{ext}"
  """
  @spec arranged([String.t()], %{flat: boolean, suffix: String.t() | nil, beside: boolean}) :: t
  def arranged(sizes, %{flat: flat?, suffix: suffix, beside: beside?}) do
    dir = if flat?, do: [], else: [:dir, "/"]

    if beside? and suffix == nil,
      do: dir ++ [:name, "-", :size, ".", :ext],
      else: build(dir, suffix || "", sizes)
  end

  defp build(dir, suffix, sizes) do
    size = if length(sizes) > 1, do: ["-", :size], else: []
    suffix = if suffix == "", do: [], else: [suffix]
    dir ++ [:name] ++ suffix ++ size ++ [".", :ext]
  end

  @doc "Raises `ArgumentError` where two of the outputs would be one file, or a size lacks a side that is asked for."
  @spec check!(t, [String.t()], [atom]) :: t
  def check!(template, sizes, formats) do
    if length(sizes) * length(formats) > 64,
      do: raise(ArgumentError, "an image may have 64 outputs, sizes times formats")

    names =
      for size <- sizes,
          format <- formats,
          do: render!(template, "a/b", size, format, "." <> Atom.to_string(format))

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
      :source_ext -> relative |> Path.extname() |> String.trim_leading(".")
      :size -> size
      :format -> format_name(format, suffix)
      :ext -> String.trim_leading(suffix, ".")
      side -> side!(size, side)
    end)
    # {dir} may be empty.
    |> String.replace(~r{//+}, "/")
    |> String.trim_leading("/")
  end

  defp dir(relative), do: with("." <- Path.dirname(relative), do: "")

  defp format_name(:auto, suffix), do: Atom.to_string(Formats.of_path("a" <> suffix) || :auto)
  defp format_name(format, _suffix), do: Atom.to_string(format)

  defp side!(size, side) do
    case Size.parse!(size) do
      %{^side => pixels} ->
        Integer.to_string(pixels)

      _free ->
        raise ArgumentError, "the size #{size} has no #{side} that {#{side}} could stand for"
    end
  end
end
