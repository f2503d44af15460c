defmodule Thumbnailer.Steps do
  @moduledoc """
  Processing steps of your own: WebAssembly modules that run on the picture of a thumbnail, in the sandbox of a worker.

  An instance has steps from its start with the option `steps: [duotone: {:my_app, "priv/steps/duotone.wasm"}]`, and a call
  names them with the option `step: {:duotone, strength: 0.5}`.

  A step runs after the effects, and before canvas, overlay and round. docs/steps.md says how one is written.

  If a step ends in a fault, its thumbnail fails and the worker goes on: `:step_refused` carries the step's text, `:step_failed`
  the fault in `details.fault`, and both the name in `details.step`.

  The functions take an instance, also one on another node, which translates the module there for its own machine, or `{:cluster, group}`: then they change all members of the
  group, and members that join later get the same steps.
  """

  alias Thumbnailer.{Error, Instance, Step}
  alias Thumbnailer.Cluster.{Router, StepSync}
  alias Thumbnailer.Step.Catalog
  alias Thumbnailer.Translation.Loader

  # Milliseconds for all tools of a translation on another node, and the way.
  @translation 180_000

  @doc """
  Adds a step to a running instance, in place of one of the same name. Requests that are under way are not disturbed.

  `add(MyApp.Thumbs, :duotone, "priv/steps/duotone.wasm")` returns `{:ok, %Thumbnailer.Step{}}`, and where there is no such file

      {:error, %Thumbnailer.Error{reason: :not_found}} = Thumbnailer.Steps.add(Thumbnailer, :duotone, "none.wasm")

  The module is checked and translated by confined tools, once: the translation is kept in the cache of this user. Errors:
  `:bad_step`, `:untranslated` if the tools are missing, and those of a request.

  For a group each member translates the module for its own machine; a member without tools gets the translation from another
  one. If a member fails, the error names its node, and the other members have the step.
  """
  @doc since: "0.2.0"
  @spec add(GenServer.server() | {:cluster, atom}, atom, Step.source()) ::
          {:ok, Step.t()} | {:error, Error.t()}
  def add(instance, name, source) do
    Step.name!(name)

    case instance do
      {:cluster, group} ->
        with {:ok, module, _path} <- Loader.read(source), do: put(group, name, module)

      instance ->
        case elsewhere(instance) do
          nil ->
            Instance.Steps.add(instance, name, source)

          {node, there} ->
            with {:ok, module, _path} <- Loader.read(source),
                 do: on_node(node, :add, [there, name, {:bytes, module}])
        end
    end
  end

  @doc """
  Removes a step; `:ok` also when there was none.

      :ok = Thumbnailer.Steps.remove(Thumbnailer, :duotone)
  """
  @doc since: "0.2.0"
  @spec remove(GenServer.server() | {:cluster, atom}, atom) :: :ok | {:error, Error.t()}
  def remove(instance, name) do
    Step.name!(name)

    case instance do
      {:cluster, group} ->
        put(group, name, nil)

      instance ->
        case elsewhere(instance) do
          nil -> Instance.Steps.remove(instance, name)
          {node, there} -> on_node(node, :remove, [there, name])
        end
    end
  end

  @doc """
  The steps of an instance or a group, by their names.

      for step <- Thumbnailer.Steps.list(Thumbnailer), do: {step.name, step.summary}
  """
  @doc since: "0.2.0"
  @spec list(GenServer.server() | {:cluster, atom}) :: [Step.t()]
  def list(instance), do: instance |> Catalog.known() |> Map.values() |> Enum.sort_by(& &1.name)

  # The first error counts; without one all members have answered alike.
  defp put(group, name, module) do
    # Its node keeps the step for members that come later.
    _router = Router.of(group)
    answers = StepSync.put(group, name, module)
    failed = Enum.find(answers, &match?({_node, {:error, _error}}, &1))

    case failed || List.first(answers) do
      nil -> unavailable("no node of the cluster group #{inspect(group)} is there")
      {node, {:error, error}} -> {:error, %{error | message: "on #{node}: " <> error.message}}
      {_node, answer} -> answer
    end
  end

  # The node of an instance that is not of this one, and what the instance is called there: its translations are made there,
  # for its machine and with its tools.
  defp elsewhere(instance) do
    case GenServer.whereis(instance) do
      pid when is_pid(pid) and node(pid) != node() -> {node(pid), pid}
      {name, node} when node != node() -> {node, name}
      _here_or_nowhere -> nil
    end
  end

  defp on_node(node, function, arguments) do
    node |> :erpc.call(__MODULE__, function, arguments, @translation) |> StepSync.cast_answer()
  catch
    :error, {:erpc, reason} ->
      unavailable("the node #{node} cannot be reached: #{inspect(reason)}")

    :error, {:exception, :undef, _stack} ->
      unavailable("the node #{node} has another version of this library, without steps")
  end

  defp unavailable(message), do: {:error, Error.new(:unavailable, message)}
end
