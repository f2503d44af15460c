defmodule Thumbnailer.OS.RawPath do
  @moduledoc false
  # Paths as Linux has them: bytes without a zero, whatever the locale says. The runtime decodes names in the encoding of
  # the locale (`:file.native_name_encoding/0`) and hands out what it cannot decode as it is; here both become bytes again.
  # A binary that is given to `:file` is never encoded.

  @type t :: binary

  @doc "The names in a folder, sorted by their bytes."
  @spec list(t) :: {:ok, [t]} | {:error, File.posix()}
  def list(folder) do
    with {:ok, names} <- :file.list_dir_all(folder),
         do: {:ok, names |> Enum.map(&bytes/1) |> Enum.sort()}
  end

  @doc "What the file system says of the path itself, and of what it links to; times in POSIX seconds."
  @spec lstat(t) :: {:ok, File.Stat.t()} | {:error, File.posix()}
  def lstat(path), do: path |> :file.read_link_info([:raw, time: :posix]) |> info()

  @spec stat(t) :: {:ok, File.Stat.t()} | {:error, File.posix()}
  def stat(path), do: path |> :file.read_file_info([:raw, time: :posix]) |> info()

  # A path with a zero byte is refused by `:file` before the system sees it.
  defp info({:ok, record}), do: {:ok, File.Stat.from_record(record)}
  defp info({:error, :badarg}), do: {:error, :einval}
  defp info({:error, posix}), do: {:error, posix}

  @spec folder?(t) :: boolean
  def folder?(path), do: match?({:ok, %{type: :directory}}, stat(path))

  @doc "Makes a folder and those above it that are missing; says which one cannot be made."
  @spec make_folder(t) :: :ok | {:error, File.posix(), t}
  def make_folder(path) do
    if folder?(path), do: :ok, else: path |> :file.make_dir() |> made(path)
  end

  defp made(:ok, _path), do: :ok

  defp made({:error, :eexist}, path),
    do: if(folder?(path), do: :ok, else: {:error, :enotdir, path})

  # Of what is above, the first that is in the way is named.
  defp made({:error, posix}, path) when posix in [:enoent, :enotdir] do
    with :ok <- make_folder(Path.dirname(path)), do: path |> :file.make_dir() |> last(path)
  end

  defp made({:error, posix}, path), do: {:error, posix, path}

  # Another task may have made it meanwhile.
  defp last({:error, posix}, path) when posix in [:enoent, :enotdir], do: {:error, posix, path}
  defp last(result, path), do: made(result, path)

  @doc """
  The absolute path without `.`, `..` and doubled slashes.

  Unlike `Path.expand/1` it takes a `~` for a name, and a working directory of any encoding.

      iex> Thumbnailer.OS.RawPath.expand("/srv/../photos//~")
      "/photos/~"
  """
  @spec expand(t) :: t
  def expand("/" <> below),
    do: "/" <> (below |> :binary.split("/", [:global]) |> fold([]) |> Enum.join("/"))

  def expand(path), do: expand(cwd() <> "/" <> path)

  # Path.expand/1 asks the file server for the working directory each time, which is one process for all.
  defp fold([], done), do: Enum.reverse(done)
  defp fold([".." | parts], done), do: fold(parts, Enum.drop(done, 1))
  defp fold([part | parts], done) when part in ["", "."], do: fold(parts, done)
  defp fold([part | parts], done), do: fold(parts, [part | done])

  @spec cwd() :: t
  def cwd do
    case :file.get_cwd() do
      {:ok, path} -> bytes(path)
      {:error, {:no_translation, path}} -> path
      {:error, _gone} -> "/"
    end
  end

  @doc """
  The arguments of this program as the bytes that it was started with.

  `arguments` are as the runtime decoded them. They are told from the end of the command line of the process, where that says
  the same; arguments from elsewhere stay as they are.
  """
  @spec arguments([String.t()]) :: [t]
  def arguments(arguments) do
    case :file.read_file("/proc/self/cmdline") do
      {:ok, line} ->
        raw =
          line
          |> :binary.split(<<0>>, [:global])
          |> Enum.drop(-1)
          |> Enum.take(-length(arguments))

        if raw != [] and same?(raw, arguments), do: raw, else: arguments

      {:error, _posix} ->
        arguments
    end
  end

  defp same?(raw, arguments) do
    length(raw) == length(arguments) and
      raw
      |> Enum.zip(arguments)
      |> Enum.all?(fn {raw, argument} -> argument in [raw, latin1(raw)] end)
  end

  defp latin1(bytes), do: :unicode.characters_to_binary(bytes, :latin1)

  @spec bytes(t | charlist) :: t
  defp bytes(name) when is_binary(name), do: name

  defp bytes(name) do
    case :file.native_name_encoding() do
      :latin1 -> :erlang.list_to_binary(name)
      :utf8 -> :unicode.characters_to_binary(name)
    end
  end
end
