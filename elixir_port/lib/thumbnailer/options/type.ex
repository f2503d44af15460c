defmodule Thumbnailer.Options.Type do
  @moduledoc false
  # The types of options: the accepted values in words and in code. A new type needs a clause in each function, and in those of
  # Thumbnailer.Options.Typespec and Thumbnailer.Options.Flag.

  alias Thumbnailer.{Source, Step}
  alias Thumbnailer.Options.{Colour, Discovery}

  @doc "What a value must be, as the end of a sentence."
  @spec accepts(map) :: String.t()
  def accepts(%{type: :integer} = option), do: "an integer from " <> range(option)
  def accepts(%{type: :number} = option), do: "a number from " <> range(option)
  def accepts(%{type: :amount} = option), do: "true, false or a number from " <> range(option)
  def accepts(%{type: :boolean}), do: "true or false"

  def accepts(%{type: :choice, choices: all, choice_spellings: spellings}),
    do: "one of " <> Enum.map_join(all, ", ", &choice(&1, spellings))

  def accepts(%{type: :colour}), do: Colour.accepts()
  def accepts(%{type: :focus}), do: "{x, y} with numbers from 0 to 1"

  def accepts(%{type: :region}) do
    "{left, top, width, height} with integers (pixels) or, when one is a float, numbers from 0 to 1 (parts of the image)"
  end

  def accepts(%{type: :padding} = option),
    do: "an integer from #{range(option)}, {vertical, horizontal} or {top, right, bottom, left}"

  def accepts(%{type: :radius} = option), do: ":circle or an integer from " <> range(option)

  def accepts(%{type: :quality} = option),
    do: "an integer from #{range(option)} or {:ssim, x} with x from 0.5 to 1"

  def accepts(%{type: :steps}),
    do: "the name of a step, {name, parameters}, or a list of 1 to 8 of these"

  def accepts(%{type: :image}), do: "the path of a file or {:bytes, iodata}"
  def accepts(%{type: :path}), do: "the path of a file, as a binary without null bytes"

  def accepts(%{type: :paths}),
    do: "a list of one or more paths, each once, as binaries without null bytes"

  def accepts(%{type: :fonts}),
    do: "a list of families, files and folders, each once, as binaries"

  def accepts(%{type: :step_sources}),
    do:
      "a keyword list of names, each once, with the path of a .wasm file, {app, path} or {:bytes, binary} each"

  def accepts(%{type: :discovery}),
    do:
      "[dns: \"name\"] or [gossip: options], with the options :group, :port, :secret, :interface and :ttl"

  def accepts(%{type: :names}), do: "a list of names of formats, each once"
  def accepts(%{type: :name}), do: "an atom, {:global, term} or {:via, module, term}"

  def accepts(%{type: :instance}),
    do: "the name of an instance: an atom, {:global, term}, {:via, module, term} or {name, node}"

  def accepts(%{type: :recipient}),
    do: "a pid, an alias, the name of a local process or {name, node}"

  @doc "The value for the wire, or `:error`."
  @spec cast(map, term) :: {:ok, term} | :error
  def cast(%{type: :integer} = option, value), do: ok_when(integer?(value, option), value)
  def cast(%{type: :number} = option, value), do: ok_when(number?(value, option), value)
  def cast(%{type: :boolean}, value), do: ok_when(is_boolean(value), value)

  def cast(%{type: :amount} = option, value),
    do: ok_when(is_boolean(value) or number?(value, option), value)

  def cast(%{type: :choice, choices: choices, choice_spellings: spellings}, value) do
    value = if is_atom(value), do: Keyword.get(spellings, value, value), else: value
    ok_when(value in choices, value)
  end

  def cast(%{type: :colour}, value), do: Colour.cast(value)

  def cast(%{type: :focus}, {x, y} = point),
    do: ok_when(Enum.all?([x, y], &number?(&1, %{min: 0, max: 1})), point)

  def cast(%{type: :region} = option, {_left, _top, width, height} = region) do
    parts = Tuple.to_list(region)
    fractions? = Enum.any?(parts, &is_float/1)
    part? = if fractions?, do: &number?(&1, %{min: 0, max: 1}), else: &integer?(&1, option)
    ok_when(Enum.all?(parts, part?) and width > 0 and height > 0, region)
  end

  def cast(%{type: :padding} = option, sides) when tuple_size(sides) in [2, 4],
    do: ok_when(sides |> Tuple.to_list() |> Enum.all?(&integer?(&1, option)), sides)

  def cast(%{type: :padding} = option, value), do: ok_when(integer?(value, option), value)

  def cast(%{type: :radius} = option, value),
    do: ok_when(value == :circle or integer?(value, option), value)

  def cast(%{type: :quality}, {:ssim, part} = quality),
    do: ok_when(number?(part, %{min: 0.5, max: 1}), quality)

  def cast(%{type: :quality} = option, value), do: ok_when(integer?(value, option), value)

  def cast(%{type: :image}, source) do
    case Source.cast!(source) do
      # Only the source of the request can be a stream.
      {:stream, _enumerable} -> :error
      source -> {:ok, source}
    end
  rescue
    ArgumentError -> :error
  end

  def cast(%{type: :step_sources}, steps) when is_list(steps) do
    sources? =
      Keyword.keyword?(steps) and once?(Keyword.keys(steps)) and
        Enum.all?(steps, fn {_name, source} ->
          is_binary(source) or match?({kind, text} when is_atom(kind) and is_binary(text), source)
        end)

    ok_when(sources?, steps)
  end

  # Which steps there are and what they take, the instance knows: see Thumbnailer.Steps.
  def cast(%{type: :steps}, [_ | _] = steps) when length(steps) <= 8 do
    cast = Enum.map(steps, &step/1)
    ok_when(:error not in cast, cast)
  end

  def cast(%{type: :steps} = option, value), do: cast(option, [value])
  def cast(%{type: :name}, value), do: name(value)
  def cast(%{type: :discovery}, value), do: Discovery.cast(value)

  def cast(%{type: :instance}, {name, node})
      when is_atom(name) and is_atom(node) and name != :global,
      do: {:ok, {name, node}}

  def cast(%{type: :instance}, value), do: name(value)

  def cast(%{type: :recipient}, value) when is_pid(value) or is_reference(value), do: {:ok, value}

  def cast(%{type: :recipient}, {name, node} = value),
    do: ok_when(is_atom(name) and is_atom(node), value)

  def cast(%{type: :recipient}, value),
    do: ok_when(is_atom(value) and value not in [nil, true, false], {value, node()})

  # Expanded in the caller, because the program has another working directory.
  def cast(%{type: :path}, value) when is_binary(value) and value != "",
    do: ok_when(not String.contains?(value, <<0>>), Source.expand(value))

  def cast(%{type: :fonts}, values) when is_list(values) do
    known? = Enum.all?(values, &(is_binary(&1) and &1 not in ["", "none"] and not (&1 =~ "\0")))
    ok_when(known? and once?(values), values)
  end

  # No path at all would mean every path.
  def cast(%{type: :paths}, [_ | _] = values) do
    cast = Enum.map(values, &cast(%{type: :path}, &1))
    ok_when(:error not in cast and once?(cast), for({:ok, path} <- cast, do: path))
  end

  def cast(%{type: :names, choices: choices}, [_ | _] = names),
    do: ok_when(Enum.all?(names, &(&1 in choices)) and once?(names), names)

  def cast(_option, _value), do: :error

  defp step({name, values}) when name not in [nil, true, false] and is_list(values) do
    pairs? = Enum.all?(values, &match?({key, _value} when is_atom(key) or is_binary(key), &1))
    if Step.name?(name) and pairs?, do: {name, values}, else: :error
  end

  defp step(name) when is_atom(name), do: step({name, []})
  defp step(_other), do: :error

  # `:centre (or :center)`
  defp choice(choice, spellings) do
    case for {other, ^choice} <- spellings, do: " (or #{inspect(other)})" do
      [] -> inspect(choice)
      others -> inspect(choice) <> Enum.join(others)
    end
  end

  defp once?(values), do: values == Enum.uniq(values)
  defp ok_when(true, value), do: {:ok, value}
  defp ok_when(false, _value), do: :error

  defp integer?(value, %{min: min, max: max}), do: is_integer(value) and value in min..max

  defp number?(value, %{min: min, max: max}),
    do: is_number(value) and value >= min and value <= max

  defp range(option), do: "#{option.min} to #{option.max}"

  defp name(name) when is_atom(name) and name not in [nil, true, false], do: {:ok, name}
  defp name({:global, _term} = name), do: {:ok, name}
  defp name({:via, module, _term} = name) when is_atom(module), do: {:ok, name}
  defp name(_name), do: :error
end
