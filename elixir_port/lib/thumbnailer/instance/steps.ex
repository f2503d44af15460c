defmodule Thumbnailer.Instance.Steps do
  @moduledoc false
  # Adds steps to an instance of this node and removes them, in the process of the caller: translating takes long.

  alias Thumbnailer.{Error, Request, Step}
  alias Thumbnailer.Instance.{Client, Questions}
  alias Thumbnailer.Translation.Loader

  @doc "Reads and translates a module, gives it to the program, and has the instance keep it."
  @spec add(GenServer.server(), atom, Step.source()) :: {:ok, Step.t()} | {:error, Error.t()}
  def add(instance, name, source) do
    with {:ok, executable} <- Questions.executable(instance),
         {:ok, loaded} <- Loader.load(name, source, executable),
         {:ok, answer} <- Client.request(instance, Request.add_step(loaded)),
         {:ok, step} <- Step.describe(loaded, answer[:description]),
         :ok <- Questions.put_step(instance, loaded, step),
         do: {:ok, step}
  end

  @doc "Removes a step; `:ok` when there was none, too."
  @spec remove(GenServer.server(), atom) :: :ok | {:error, Error.t()}
  def remove(instance, name) do
    with :ok <- Questions.drop_step(instance, name) do
      case Client.request(instance, %Request{op: :remove_step, spec: %{name: to_string(name)}}) do
        {:error, %Error{reason: reason} = error} when reason != :bad_request -> {:error, error}
        _removed_or_not_there -> :ok
      end
    end
  end
end
