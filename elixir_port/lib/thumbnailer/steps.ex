defmodule Thumbnailer.Steps do
  @moduledoc """
  Processing steps of your own: WebAssembly modules that run on the picture of a thumbnail, in the sandbox of a worker.

      children = [{Thumbnailer, name: MyApp.Thumbs, steps: [duotone: "priv/steps/duotone.wasm"]}]

      Thumbnailer.make("photo.jpg", 200, step: {:duotone, strength: 0.5}, on: MyApp.Thumbs)

  A step runs after the effects, and before canvas, overlay and round. docs/steps.md says how one is written.

  A step that ends in a fault costs its own thumbnail: `:step_refused` carries the step's text, `:step_failed` the fault in
  `details.fault`, and both the name in `details.step`.
  """

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Instance.Client
  alias Thumbnailer.Steps.{Description, Parameter, Translation}

  @enforce_keys [:name, :hash]
  defstruct [:name, :hash, :version, :summary, parameters: []]

  @typedoc "A step of an instance: `hash` is the SHA-256 of its module, 64 digits."
  @type t :: %__MODULE__{
          name: atom,
          hash: String.t(),
          version: String.t(),
          summary: String.t(),
          parameters: [Parameter.t()]
        }

  @type source :: Path.t() | {:bytes, binary}

  @doc """
  Adds a step to a running instance, in place of one of the same name. Requests that are under way are not disturbed.

      {:ok, step} = Thumbnailer.Steps.add(MyApp.Thumbs, :duotone, "priv/steps/duotone.wasm")
      [:strength | _] = Enum.map(step.parameters, &String.to_atom(&1.name))

  The module is checked and translated by confined tools, once: the translation is kept in the cache of this user. Errors:
  `:bad_step`, `:untranslated` where the tools are missing, and those of a request.
  """
  @doc since: "0.2.0"
  @spec add(GenServer.server(), atom, source) :: {:ok, t} | {:error, Error.t()}
  def add(instance, name, source) do
    name!(name)

    with {:ok, loaded} <- load(name, source, nil),
         {:ok, answer} <- Client.request(instance, request(loaded)),
         {:ok, step} <- describe(loaded, answer),
         :ok <- Client.put_step(instance, loaded, step),
         do: {:ok, step}
  end

  @doc """
  Removes a step; `:ok` when there was none, too.

      :ok = Thumbnailer.Steps.remove(MyApp.Thumbs, :duotone)
  """
  @doc since: "0.2.0"
  @spec remove(GenServer.server(), atom) :: :ok | {:error, Error.t()}
  def remove(instance, name) do
    with :ok <- Client.drop_step(instance, name!(name)) do
      case Client.request(instance, %Request{op: :remove_step, spec: %{name: to_string(name)}}) do
        {:error, %Error{reason: reason} = error} when reason != :bad_request -> {:error, error}
        _removed_or_not_there -> :ok
      end
    end
  end

  @doc """
  The steps of an instance of this node, by their names.

      for step <- Thumbnailer.Steps.list(MyApp.Thumbs), do: {step.name, step.summary}
  """
  @doc since: "0.2.0"
  @spec list(GenServer.server()) :: [t]
  def list(instance), do: instance |> known() |> Map.values() |> Enum.sort_by(& &1.name)

  # -- for the instance

  @doc false
  # What an instance keeps of a step, to give it to each program that it starts.
  @spec load(atom, source, Path.t() | nil) :: {:ok, map} | {:error, Error.t()}
  def load(name, source, executable) do
    with {:ok, module, path} <- read(source),
         {:ok, translation} <- Translation.get(module, path, executable),
         do: {:ok, %{name: name, hash: Translation.hash(module), translation: translation}}
  end

  @doc false
  # The steps that an instance has from its start, described by a program that runs for that alone.
  @spec load_all([{atom, source}], Path.t() | nil) :: {:ok, [{atom, {map, t}}]} | {:error, Error.t()}
  def load_all(sources, executable) do
    Enum.reduce_while(sources, {:ok, []}, fn {name, source}, {:ok, steps} ->
      with {:ok, loaded} <- load(name!(name), source, executable),
           {:ok, text} <- Translation.describe(loaded, executable),
           {:ok, step} <- describe(loaded, %{description: text}) do
        {:cont, {:ok, [{name, {loaded, step}} | steps]}}
      else
        {:error, %Error{} = error} ->
          {:halt, {:error, %{error | message: "step #{inspect(name)}: " <> error.message}}}
      end
    end)
  end

  defp read({:bytes, module}) when is_binary(module), do: {:ok, module, nil}

  defp read(path) when is_binary(path) do
    case File.read(path) do
      {:ok, module} -> {:ok, module, path}
      {:error, posix} -> {:error, Error.unreadable(path, posix)}
    end
  end

  defp read(other) do
    raise ArgumentError, "a step must be the path of a .wasm file or {:bytes, binary}, got: " <> inspect(other, limit: 5)
  end

  @doc false
  @spec request(map) :: Request.t()
  def request(loaded) do
    %Request{
      op: :add_step,
      spec: %{name: to_string(loaded.name), hash: loaded.hash},
      source: {:bytes, loaded.translation}
    }
  end

  @doc false
  @spec describe(map, map) :: {:ok, t} | {:error, Error.t()}
  def describe(%{name: name, hash: hash}, %{description: text}) when is_binary(text) do
    with {:ok, fields} <- Description.parse(text),
         do: {:ok, struct!(__MODULE__, [name: name, hash: hash] ++ Map.to_list(fields))}
  end

  def describe(_loaded, _answer),
    do: {:error, Error.new(:bad_reply, "the port program did not say what the step is")}

  @doc false
  # Read by every call that names a step, written when one is added or removed.
  @spec publish(term, %{optional(atom) => t}) :: :ok
  def publish(instance, steps), do: :persistent_term.put({__MODULE__, instance}, steps)

  @doc false
  @spec known(GenServer.server()) :: %{optional(atom) => t}
  def known(instance), do: :persistent_term.get({__MODULE__, instance}, %{})

  # -- for requests

  @doc false
  # What a caller gave as :step, as the program takes it: {name, values, hash}.
  @spec cast!(GenServer.server(), [{atom | String.t(), keyword | list}]) :: [{String.t(), [float], String.t()}]
  def cast!(instance, given), do: Enum.map(given, &cast_one!(known(instance), &1))

  defp cast_one!(known, {name, values}) do
    case Enum.find(Map.values(known), &(to_string(&1.name) == to_string(name))) do
      nil ->
        names = known |> Map.keys() |> Enum.map_join(", ", &inspect/1)
        raise ArgumentError, "the instance has no step #{inspect(name)}; it has #{if names == "", do: "none", else: names}"

      step ->
        refuse_unknown!(step, values)
        {to_string(step.name), Enum.map(step.parameters, &value!(step, &1, values)), step.hash}
    end
  end

  defp refuse_unknown!(step, values) do
    names = Enum.map(step.parameters, & &1.name)

    for {name, _value} <- values, to_string(name) not in names do
      raise ArgumentError,
            "step #{inspect(step.name)} has no parameter #{inspect(name)}; it has #{Enum.join(names, ", ")}"
    end
  end

  defp value!(step, parameter, values) do
    given = Enum.find_value(values, {:ok, parameter.default}, fn {name, value} ->
      if to_string(name) == parameter.name, do: {:ok, value}
    end)

    with {:ok, value} <- given,
         :error <- Parameter.cast(parameter, value) do
      raise ArgumentError,
            "parameter #{parameter.name} of step #{inspect(step.name)} must be #{Parameter.accepts(parameter)}, got: " <>
              inspect(value, limit: 5)
    else
      {:ok, value} -> value
    end
  end

  defp name!(name) do
    if is_atom(name) and to_string(name) =~ ~r/\A[a-z][a-z0-9_]{0,31}\z/,
      do: name,
      else: raise(ArgumentError, "the name of a step must be an atom of lower case letters, digits and underscores, got: " <> inspect(name))
  end
end
