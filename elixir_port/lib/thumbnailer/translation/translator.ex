defmodule Thumbnailer.Translation.Translator do
  @moduledoc false
  # Machine code for a module: from a file beside it (NAME.ARCHITECTURE.step, as `thumbnailer step translate` writes it), from the cache of this
  # user, or made now by the program's `step translate`, a process of its own that ends when it is done.

  import Bitwise

  alias Thumbnailer.{Error, OS}
  alias Thumbnailer.Port.Executable
  alias Thumbnailer.Translation.Note

  @doc "The architecture of this machine, as the program names it."
  @spec native() :: String.t()
  def native,
    do:
      :system_architecture
      |> :erlang.system_info()
      |> List.to_string()
      |> String.split("-")
      |> hd()

  @doc "SHA-256 of a module, 64 digits."
  @spec hash(binary) :: String.t()
  def hash(module), do: :sha256 |> :crypto.hash(module) |> Base.encode16(case: :lower)

  @doc "The translation of a module for this machine; `path` is that of its file, if it has one."
  @spec get(binary, Path.t() | nil, Path.t() | nil) :: {:ok, binary} | {:error, Error.t()}
  def get(module, path, executable) do
    with :error <- beside(path, hash(module)), do: get_for(native(), module, executable)
  end

  @doc "The same for any architecture, from the cache or made now."
  @spec get_for(String.t(), binary, Path.t() | nil) :: {:ok, binary} | {:error, Error.t()}
  def get_for(architecture, module, executable) do
    hash = hash(module)

    with {:ok, folder} <- cache_folder(),
         cached = cached(folder, hash, architecture),
         :error <- read(cached, hash, architecture),
         :ok <- translate(module, cached, architecture, executable),
         do: read_made(cached, hash, architecture)
  end

  @doc "Keeps a translation for this machine that was made on another, if that is what it is."
  @spec keep(binary, binary) :: :ok | {:error, Error.t()}
  def keep(module, translation) do
    hash = hash(module)

    with {:ok, folder} <- cache_folder(),
         true <- Note.fits?(translation, hash, native()) || {:error, foreign(hash)},
         path = cached(folder, hash, native()),
         part = unique(path, "part"),
         :ok <- write(part, translation),
         do: rename(part, path)
  end

  defp rename(part, path) do
    with {:error, posix} <- File.rename(part, path), do: {:error, unwritable(path, posix)}
  end

  defp foreign(hash),
    do: Error.new(:bad_step, "the translation is not of the module #{hash} for this machine")

  defp read_made(path, hash, architecture) do
    with :error <- read(path, hash, architecture) do
      {:error,
       Error.new(:internal, "#{inspect(path)} is not the translation that was to be made")}
    end
  end

  @doc "Where the translation of a module lies beside it."
  @spec beside_path(Path.t(), String.t()) :: Path.t()
  def beside_path(path, architecture), do: "#{Path.rootname(path)}.#{architecture}.step"

  @doc "Makes a translation for an architecture and writes it to `to`, whole or not at all."
  @spec translate(binary, Path.t(), String.t(), Path.t() | nil) :: :ok | {:error, Error.t()}
  def translate(module, to, architecture, executable) do
    source = unique(to, "wasm")

    with {:ok, program} <- find(executable),
         :ok <- write(source, module) do
      {output, status} = OS.Process.run(program, ["step", "translate", source, to, architecture])

      _ = File.rm(source)
      if status == 0, do: :ok, else: {:error, failure(output, status)}
    end
  end

  @doc "The text in which a translated step describes itself."
  @spec describe(map, Path.t() | nil) :: {:ok, String.t()} | {:error, Error.t()}
  def describe(%{hash: hash, translation: translation}, executable) do
    with {:ok, program} <- find(executable),
         {:ok, folder} <- cache_folder(),
         path = unique(Path.join(folder, hash), "part"),
         :ok <- write(path, translation) do
      {output, status} = OS.Process.run(program, ["step", "text", path])
      _ = File.rm(path)
      if status == 0, do: {:ok, output}, else: {:error, failure(output, status)}
    end
  end

  # The program says: thumbnailer: reason: message
  defp failure(output, status) do
    with ["thumbnailer", reason, message] <-
           output |> String.trim() |> String.split(": ", parts: 3),
         {reason, _from, _meaning} <-
           Enum.find(Error.table(), &(to_string(elem(&1, 0)) == reason)) do
      Error.new(reason, message)
    else
      _other ->
        Error.new(
          :internal,
          "thumbnailer step translate ended with status #{status}: #{String.slice(output, 0, 300)}"
        )
    end
  end

  defp find(executable) do
    with {:error, why} <- Executable.find(executable), do: {:error, Error.new(:unavailable, why)}
  end

  defp beside(nil, _hash), do: :error
  defp beside(path, hash), do: read(beside_path(path, native()), hash, native())

  @doc "A translation in a file; `:error` for that of another module, program or machine, which is as good as none."
  @spec read(Path.t(), String.t(), String.t()) :: {:ok, binary} | :error
  def read(path, hash, architecture) do
    with {:ok, bytes} <- File.read(path),
         true <- Note.fits?(bytes, hash, architecture) do
      {:ok, bytes}
    else
      _other -> :error
    end
  end

  defp write(path, bytes) do
    with {:error, posix} <- File.write(path, bytes, [:exclusive]),
         do: {:error, unwritable(path, posix)}
  end

  # Nodes of other machines may have the same folder.
  defp unique(path, suffix),
    do: "#{path}.#{Base.encode16(:crypto.strong_rand_bytes(8), case: :lower)}.#{suffix}"

  defp unwritable(path, posix),
    do:
      Error.new(
        :write_failed,
        "#{inspect(path)} cannot be written: #{:file.format_error(posix)}"
      )

  defp cached(folder, hash, architecture),
    do: Path.join(folder, "#{hash}-#{Note.version()}-#{architecture}.step")

  # Code is only taken from a folder that nobody else can write to.
  defp cache_folder do
    folder = Path.join(:filename.basedir(:user_cache, "thumbnailer"), "steps")

    with :ok <- File.mkdir_p(folder),
         :ok <- File.chmod(folder, 0o700),
         {:ok, %{type: :directory, mode: mode}} when (mode &&& 0o077) == 0 <- File.lstat(folder) do
      {:ok, folder}
    else
      _other ->
        {:error,
         Error.new(:write_failed, "#{inspect(folder)} is no folder that this user alone can use")}
    end
  end
end
