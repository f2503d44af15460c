defmodule Thumbnailer.Source do
  @moduledoc """
  The source of an image.

  A binary is the path of a file. The program opens it, so its bytes do not pass through the BEAM.
  `{:bytes, iodata}` is an image in memory. An enumerable of binaries, such as `File.stream!(path)`, is a
  stream: each binary is sent to the program before the next one is read, so the BEAM never holds the whole image.
  """

  alias Thumbnailer.Error
  alias Thumbnailer.OS.RawPath

  @type t :: Path.t() | {:bytes, iodata} | Enumerable.t()

  @chunk_size 65_536

  @doc false
  # The source as the wire has it; raises `ArgumentError` when it is none.
  @spec cast!(t) :: {:path, binary} | {:bytes, binary} | {:stream, Enumerable.t()}
  def cast!({:bytes, bytes}) when is_binary(bytes), do: {:bytes, bytes}

  def cast!({:bytes, iodata} = source) do
    {:bytes, IO.iodata_to_binary(iodata)}
  rescue
    ArgumentError -> refuse!(source)
  end

  # It would be the path of a file that nobody has.
  def cast!(<<scheme::binary-7, _::binary>> = url) when scheme in ["http://", "https:/"] do
    raise ArgumentError,
          "source must be the path of a file, {:bytes, iodata} or an enumerable of binaries; nothing is fetched from a URL, " <>
            "give its body as a stream, got: " <> inspect(url, printable_limit: 100)
  end

  # Expanded in the caller, because the program has another working directory.
  def cast!(path) when is_binary(path) and path != "" do
    if String.contains?(path, <<0>>), do: refuse!(path), else: {:path, expand(path)}
  end

  # A file stream by lines, the default, would turn \r\n into \n and damage the image.
  def cast!(%File.Stream{line_or_bytes: :line} = stream),
    do: {:stream, %{stream | line_or_bytes: @chunk_size, raw: true}}

  # Elements are checked when they are sent. Of a list, the first is checked now, because it may be a path as charlist.
  def cast!([first | _] = list) when is_binary(first), do: {:stream, list}
  def cast!(stream) when is_function(stream, 2), do: {:stream, stream}

  def cast!(%_{} = struct),
    do: if(Enumerable.impl_for(struct), do: {:stream, struct}, else: refuse!(struct))

  def cast!(other), do: refuse!(other)

  @doc false
  # As `Path.expand/1`, which asks one process of the whole system for the working directory even of an absolute path.
  @spec expand(Path.t()) :: Path.t()
  def expand("/" <> _ = path), do: RawPath.expand(path)
  def expand(path), do: Path.expand(path)

  @doc false
  # The error for an unreadable path, for all callers.
  @spec regular(Path.t(), {:ok, File.Stat.t()} | {:error, File.posix()}) ::
          {:ok, File.Stat.t()} | {:error, Error.t()}
  def regular(_path, {:ok, %{type: :regular} = stat}), do: {:ok, stat}
  def regular(path, {:ok, _other}), do: {:error, Error.not_a_file(path)}
  def regular(path, {:error, posix}), do: {:error, Error.unreadable(path, posix)}

  @spec refuse!(term) :: no_return
  defp refuse!(source) do
    raise ArgumentError,
          "source must be the path of a file, as a binary without null bytes, {:bytes, iodata}, " <>
            "or an enumerable of binaries, got: " <>
            inspect(source, limit: 5, printable_limit: 100)
  end
end
