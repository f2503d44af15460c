defmodule Thumbnailer.Conforming do
  @moduledoc false
  # Whether a value is of a type of a module: what a specification promises, held against a real reply. Knows the types that
  # Thumbnailer.Status has.

  @doc "What of the value is not as the type says, as texts; empty when all is. A map has exactly the keys of its type."
  @spec faults(term, module, atom) :: [String.t()]
  def faults(value, module, name), do: check(value, type(module, name), {module, "#{name}"})

  defp type(module, name) do
    {:ok, types} = Code.Typespec.fetch_types(module)
    Enum.find_value(types, fn {_kind, {found, type, []}} -> if found == name, do: type end)
  end

  defp check(map, {:type, _, :map, [{:type, _, :map_field_assoc, [key, type]}]}, at)
       when is_map(map),
       do: Enum.flat_map(map, fn {k, v} -> check(k, key, at) ++ check(v, type, deeper(at, k)) end)

  defp check(map, {:type, _, :map, fields}, at) when is_map(map) do
    typed = for {:type, _, :map_field_exact, [{:atom, _, key}, type]} <- fields, do: {key, type}
    keys = Keyword.keys(typed)
    missing = for key <- keys -- Map.keys(map), do: fault(at, "has no #{inspect(key)}")

    more =
      for key <- Map.keys(map) -- keys,
          do: fault(at, "has #{inspect(key)}, which the type has not")

    missing ++
      more ++
      for(
        {key, type} <- typed,
        is_map_key(map, key),
        fault <- check(map[key], type, deeper(at, key)),
        do: fault
      )
  end

  defp check(list, {:type, _, :list, [type]}, at) when is_list(list),
    do: Enum.flat_map(list, &check(&1, type, at))

  defp check(value, {:type, _, :union, types}, at) do
    faults = Enum.map(types, &check(value, &1, at))
    if [] in faults, do: [], else: [shortest(faults, value, at)]
  end

  defp check(value, {:user_type, _, name, []}, {module, path}),
    do: check(value, type(module, name), {module, path})

  defp check(value, {:remote_type, _, [{:atom, _, String}, {:atom, _, :t}, []]}, at),
    do: unless_true(is_binary(value) and String.valid?(value), value, at)

  defp check(
         value,
         {:remote_type, _, [{:atom, _, module}, {:atom, _, name}, []]},
         {_module, path}
       ),
       do: check(value, type(module, name), {module, path})

  defp check(value, {:atom, _, atom}, at), do: unless_true(value === atom, value, at)
  defp check(value, {:type, _, :boolean, []}, at), do: unless_true(is_boolean(value), value, at)
  defp check(value, {:type, _, :number, []}, at), do: unless_true(is_number(value), value, at)

  defp check(value, {:type, _, :pos_integer, []}, at),
    do: unless_true(is_integer(value) and value > 0, value, at)

  defp check(value, {:type, _, :non_neg_integer, []}, at),
    do: unless_true(is_integer(value) and value >= 0, value, at)

  defp check(value, _other_type, at), do: unless_true(false, value, at)

  defp unless_true(true, _value, _at), do: []
  defp unless_true(false, value, at), do: [fault(at, "is #{inspect(value, limit: 5)}")]

  # A map has told what is wrong in it.
  defp shortest(faults, value, at) do
    if is_map(value),
      do: faults |> Enum.map(&Enum.join(&1, ", ")) |> Enum.max_by(&String.length/1),
      else: fault(at, "is #{inspect(value, limit: 5)}")
  end

  defp deeper({module, path}, key), do: {module, "#{path}.#{key}"}
  defp fault({_module, path}, what), do: "#{path} #{what}"
end
