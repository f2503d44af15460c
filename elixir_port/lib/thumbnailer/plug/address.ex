defmodule Thumbnailer.Plug.Address do
  @moduledoc false
  # The path of a thumbnail's address: the mount, the name of a size, the image. Made and read by the same rules, so that
  # `Thumbnailer.Plug.path/4` makes no address that the plug refuses.

  alias Thumbnailer.Plug.Options

  @typedoc "The segments before the size, not encoded."
  @type mount :: [String.t()]

  @doc """
  The mount of a request and the segments below it; nil for one that is not below `at`.

  `at` is found in the whole path of the address, of which a `forward` has moved the beginning to `script_name`, or in
  what the forward has left.
  """
  @spec split(struct, mount) :: {mount, [String.t()]} | nil
  def split(%{script_name: script_name, path_info: path_info}, at) do
    with nil <- below(script_name ++ path_info, at, length(script_name)),
         {mount, rest} <- below(path_info, at, 0),
         do: {decoded(script_name) ++ mount, rest}
  end

  defp below(path, at, taken) when length(at) >= taken do
    {first, rest} = Enum.split(path, length(at))
    if decoded(first) == at, do: {at, rest}
  end

  defp below(_path, _at, _taken), do: nil

  defp decoded(segments) do
    case decode(segments) do
      {:ok, segments} -> segments
      :error -> segments
    end
  end

  @doc "The size and the image that the segments below a mount name."
  @spec parse([String.t()], Options.t()) ::
          {:ok, atom, String.t()} | {:error, 400 | 404, String.t()}
  def parse([name | [_ | _] = segments], options) do
    with {size, _} <- Enum.find(options.sizes, fn {size, _} -> Atom.to_string(size) == name end),
         {:ok, segments} <- decode(segments),
         true <- Enum.all?(segments, &inside?/1) do
      {:ok, size, Enum.join(segments, "/")}
    else
      :error -> {:error, 400, "the path is no UTF-8"}
      _unknown -> {:error, 404, "not_found"}
    end
  end

  def parse(_short, _options), do: {:error, 404, "not_found"}

  @doc "The path of an image's address, percent-encoded."
  @spec encode(mount, atom, String.t()) :: String.t()
  def encode(mount, size, image) do
    segments = mount ++ [Atom.to_string(size) | String.split(image, "/", trim: true)]
    Enum.map_join(segments, &["/", URI.encode(&1, fn char -> URI.char_unreserved?(char) end)])
  end

  @doc "Raises for an image that `parse/2` would refuse."
  @spec check_image!(term) :: String.t()
  def check_image!(image) do
    segments = if is_binary(image), do: String.split(image, "/", trim: true), else: []

    if segments != [] and String.valid?(image) and Enum.all?(segments, &inside?/1) do
      image
    else
      raise ArgumentError,
            "image must be the path of a file below the root, in UTF-8 and without \"..\", backslashes and null bytes, got: " <>
              inspect(image)
    end
  end

  defp decode(segments) do
    segments = Enum.map(segments, &URI.decode/1)
    if Enum.all?(segments, &String.valid?/1), do: {:ok, segments}, else: :error
  end

  # A segment that would leave the folder, or that is none.
  defp inside?(segment),
    do: segment not in ["", ".", ".."] and not String.contains?(segment, ["/", "\\", <<0>>])
end
