defmodule Thumbnailer.Translation.Loader do
  @moduledoc false
  # Steps from their modules: read, translated, described.

  alias Thumbnailer.{Error, Step}
  alias Thumbnailer.Translation.Translator

  @doc "What an instance keeps of a step, to give it to each program that it starts. The module is read, and translated here."
  @spec load(atom, Step.source(), Path.t() | nil) ::
          {:ok, map} | {:error, Error.t()}
  def load(name, source, executable) do
    with {:ok, module, path} <- read(source),
         {:ok, translation} <- Translator.get(module, path, executable),
         do: {:ok, %{name: name, hash: Translator.hash(module), translation: translation}}
  end

  @doc "The steps that an instance has from its start, described by a program that runs for that alone."
  @spec load_all([{atom, Step.source()}], Path.t() | nil) ::
          {:ok, [{atom, {map, Step.t()}}]} | {:error, Error.t()}
  def load_all(sources, executable) do
    Enum.reduce_while(sources, {:ok, []}, fn {name, source}, {:ok, steps} ->
      with {:ok, loaded} <- load(Step.name!(name), source, executable),
           {:ok, text} <- Translator.describe(loaded, executable),
           {:ok, step} <- Step.describe(loaded, text) do
        {:cont, {:ok, [{name, {loaded, step}} | steps]}}
      else
        {:error, %Error{} = error} ->
          {:halt, {:error, %{error | message: "step #{inspect(name)}: " <> error.message}}}
      end
    end)
  end

  @doc "The bytes of a module, and its path if it has one."
  @spec read(Step.source()) :: {:ok, binary, Path.t() | nil} | {:error, Error.t()}
  def read({:bytes, module}) when is_binary(module), do: {:ok, module, nil}

  def read({app, path}) when is_atom(app) and is_binary(path),
    do: app |> Application.app_dir(path) |> read()

  def read(path) when is_binary(path) do
    case File.read(path) do
      {:ok, module} -> {:ok, module, path}
      {:error, posix} -> {:error, Error.unreadable(path, posix)}
    end
  end

  def read(other) do
    raise ArgumentError,
          "a step must be the path of a .wasm file, {app, path} or {:bytes, binary}, got: " <>
            inspect(other, limit: 5)
  end
end
