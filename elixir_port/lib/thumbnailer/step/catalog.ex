defmodule Thumbnailer.Step.Catalog do
  @moduledoc false
  # The steps of each instance of this node, by which calls are checked: read by every call that names a step, written when one is
  # added or removed.

  alias Thumbnailer.{Keywords, Step}
  alias Thumbnailer.Step.Parameter

  @typedoc "What an instance gives to each program that it starts: the name, the hash and the translation of a step."
  @type loaded :: map

  @doc "Has an instance have these steps and no others."
  @spec publish(term, %{optional(atom) => {loaded, Step.t()}}) :: :ok
  def publish(instance, steps) do
    :persistent_term.put({__MODULE__, :loaded, instance}, Map.new(steps, &part(&1, 0)))
    :persistent_term.put({__MODULE__, instance}, Map.new(steps, &part(&1, 1)))
  end

  defp part({name, pair}, index), do: {name, elem(pair, index)}

  @doc "Adds a step to those of an instance."
  @spec put(term, loaded, Step.t()) :: :ok
  def put(instance, %{name: name} = loaded, step),
    do: publish(instance, Map.put(pairs(instance), name, {loaded, step}))

  @doc "Removes a step from those of an instance."
  @spec drop(term, atom) :: :ok
  def drop(instance, name), do: publish(instance, Map.delete(pairs(instance), name))

  defp pairs(instance) do
    known = known(instance)
    Map.new(loaded(instance), fn {name, loaded} -> {name, {loaded, Map.fetch!(known, name)}} end)
  end

  @doc "The steps for the programs of an instance; an instance that takes the place of another finds them here."
  @spec loaded(term) :: %{optional(atom) => loaded}
  def loaded(instance), do: :persistent_term.get({__MODULE__, :loaded, instance}, %{})

  @doc "Whether these are steps by their names, as another node may tell of them: with the fields that this version knows."
  @spec steps?(term) :: boolean
  def steps?(%{} = steps) when not is_struct(steps) do
    Enum.all?(steps, fn {name, step} ->
      is_atom(name) and whole?(step, Step) and step.name == name and is_binary(step.hash) and
        parameters?(step.parameters)
    end)
  end

  def steps?(_other), do: false

  defp parameters?(parameters) when length(parameters) >= 0,
    do: Enum.all?(parameters, &whole?(&1, Parameter))

  defp parameters?(_no_list), do: false

  defp whole?(value, module),
    do: is_struct(value, module) and Map.keys(value) == Map.keys(struct(module))

  @doc "How the steps of a cluster group are found out."
  @spec publish_groups((atom -> %{optional(atom) => Step.t()})) :: :ok
  def publish_groups(known), do: :persistent_term.put({__MODULE__, :groups}, known)

  # Milliseconds that another node may take to tell the steps of an instance.
  @question 5_000

  @doc "The steps that an instance or a group has, by their names."
  @spec known(GenServer.server() | {:cluster, atom}) :: %{optional(atom) => Step.t()}
  def known({:cluster, group}), do: :persistent_term.get({__MODULE__, :groups}).(group)
  def known({name, node}) when node == node(), do: known(name)

  def known({name, node}) when is_atom(name) and name != :global, do: known_on(node, name)
  def known(pid) when is_pid(pid) and node(pid) != node(), do: known_on(node(pid), pid)

  def known(pid) when is_pid(pid) do
    case Process.info(pid, :registered_name) do
      {:registered_name, name} -> known(name)
      _no_name -> %{}
    end
  end

  def known(name) do
    with nil <- :persistent_term.get({__MODULE__, name}, nil) do
      # One of :global or of a registry may be that of an instance on another node.
      case if(is_tuple(name), do: GenServer.whereis(name)) do
        pid when is_pid(pid) and node(pid) != node() -> known_on(node(pid), name)
        _here_or_nowhere -> %{}
      end
    end
  end

  # Of a node that cannot be reached, or has another version of this library, nothing is known.
  defp known_on(node, instance) do
    steps = :erpc.call(node, __MODULE__, :known, [instance], @question)
    if steps?(steps), do: steps, else: %{}
  catch
    :error, {:erpc, _no_connection} -> %{}
    :error, {:exception, _reason, _stack} -> %{}
  end

  @doc "What a caller gave as `:step`, as the program takes it: `{name, values, hash}`."
  @spec cast!(GenServer.server() | {:cluster, atom}, [{atom | String.t(), keyword | list}]) :: [
          {String.t(), [float], String.t()}
        ]
  def cast!(instance, given) do
    known = known(instance)
    Enum.map(given, &cast_one!(known, &1))
  end

  defp cast_one!(known, {name, values}) do
    case Enum.find(Map.values(known), &(to_string(&1.name) == to_string(name))) do
      nil ->
        names = known |> Map.keys() |> Enum.map_join(", ", &inspect/1)

        raise ArgumentError,
              "the instance has no step #{inspect(name)}; it has #{if names == "", do: "none", else: names}"

      step ->
        refuse_unknown!(step, values)
        {to_string(step.name), Enum.map(step.parameters, &value!(step, &1, values)), step.hash}
    end
  end

  defp refuse_unknown!(step, values) do
    names = Enum.map(step.parameters, & &1.name)
    given = for {name, _value} <- values, do: to_string(name)
    Keywords.refuse_twice!(given, "step #{inspect(step.name)}: parameter")

    for {name, _value} <- values, to_string(name) not in names do
      raise ArgumentError,
            "step #{inspect(step.name)} has no parameter #{inspect(name)}; it has #{Enum.join(names, ", ")}"
    end
  end

  defp value!(step, parameter, values) do
    given =
      Enum.find_value(values, {:ok, parameter.default}, fn {name, value} ->
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
end
