defmodule Thumbnailer.Steps do
  @moduledoc """
  Processing steps of your own: WebAssembly modules that run on the picture of a thumbnail, in the sandbox of a worker.

  An instance has steps from its start with the option `steps: [duotone: "priv/steps/duotone.wasm"]`, and a call names them with
  the option `step: {:duotone, strength: 0.5}`.

  A step runs after the effects, and before canvas, overlay and round. docs/steps.md says how one is written.

  A step that ends in a fault costs its own thumbnail: `:step_refused` carries the step's text, `:step_failed` the fault in
  `details.fault`, and both the name in `details.step`.
  """

  alias Thumbnailer.{Error, Request, Step}
  alias Thumbnailer.Instance.Client
  alias Thumbnailer.Step.Catalog
  alias Thumbnailer.Translation.Loader

  @doc """
  Adds a step to a running instance, in place of one of the same name. Requests that are under way are not disturbed.

  `add(MyApp.Thumbs, :duotone, "priv/steps/duotone.wasm")` returns `{:ok, %Thumbnailer.Step{}}`, and where there is no such file

      {:error, %Thumbnailer.Error{reason: :not_found}} = Thumbnailer.Steps.add(Thumbnailer, :duotone, "none.wasm")

  The module is checked and translated by confined tools, once: the translation is kept in the cache of this user. Errors:
  `:bad_step`, `:untranslated` where the tools are missing, and those of a request.
  """
  @doc since: "0.2.0"
  @spec add(GenServer.server(), atom, Step.source()) :: {:ok, Step.t()} | {:error, Error.t()}
  def add(instance, name, source) do
    Step.name!(name)

    with {:ok, executable} <- Client.executable(instance),
         {:ok, loaded} <- Loader.load(name, source, executable),
         {:ok, answer} <- Client.request(instance, request(loaded)),
         {:ok, step} <- Step.describe(loaded, answer[:description]),
         :ok <- Client.put_step(instance, loaded, step),
         do: {:ok, step}
  end

  @doc """
  Removes a step; `:ok` when there was none, too.

      :ok = Thumbnailer.Steps.remove(Thumbnailer, :duotone)
  """
  @doc since: "0.2.0"
  @spec remove(GenServer.server(), atom) :: :ok | {:error, Error.t()}
  def remove(instance, name) do
    with :ok <- Client.drop_step(instance, Step.name!(name)) do
      case Client.request(instance, %Request{op: :remove_step, spec: %{name: to_string(name)}}) do
        {:error, %Error{reason: reason} = error} when reason != :bad_request -> {:error, error}
        _removed_or_not_there -> :ok
      end
    end
  end

  @doc """
  The steps of an instance of this node, by their names.

      for step <- Thumbnailer.Steps.list(Thumbnailer), do: {step.name, step.summary}
  """
  @doc since: "0.2.0"
  @spec list(GenServer.server()) :: [Step.t()]
  def list(instance), do: instance |> Catalog.known() |> Map.values() |> Enum.sort_by(& &1.name)

  defp request(loaded) do
    %Request{
      op: :add_step,
      spec: %{name: to_string(loaded.name), hash: loaded.hash},
      source: {:bytes, loaded.translation}
    }
  end
end
