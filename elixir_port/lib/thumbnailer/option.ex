defmodule Thumbnailer.Option do
  @moduledoc false
  # One row of an option table: what it is called, what it accepts, what it says about itself.
  # Checking and documentation are both made from the row, so that they cannot differ.

  alias Thumbnailer.Colour

  defstruct [
    :name,
    # the name on the wire or the command line flag of the port program; nil stays in the library
    :wire,
    # :call (which instance), :request, :size (the second argument of make/3), :output, :async, :stream or :instance
    :scope,
    # :integer, :boolean, :choice, :colour, :path, :paths, :name, :instance for any name that reaches one, or
    # :recipient for whoever may be sent a message
    :type,
    :min,
    :max,
    :default,
    :doc,
    choices: [],
    # said in place of the default where that depends on something
    default_doc: nil
  ]

  @type t :: %__MODULE__{}

  @doc "Checks every pair of `given` against `rows`; raises `ArgumentError` for the first that is wrong."
  @spec cast!(keyword, [t]) :: [{t, term}]
  def cast!(given, rows) do
    unless Keyword.keyword?(given) do
      raise ArgumentError, "options must be a keyword list, got: #{inspect(given)}"
    end

    names = Keyword.keys(given)

    with [twice | _] <- names -- Enum.uniq(names) do
      raise ArgumentError, "option #{inspect(twice)} is given more than once"
    end

    for {name, value} <- given do
      option = find!(name, rows)
      {option, check!(option, value)}
    end
  end

  @doc "The row called `name`; raises with the nearest name when there is none."
  @spec find!(atom, [t]) :: t
  def find!(name, rows) do
    Enum.find(rows, &(&1.name == name)) ||
      raise ArgumentError, "unknown option #{inspect(name)}#{suggestion(name, rows)}"
  end

  @doc "The value as the rest of the library uses it; raises when the row does not accept it."
  @spec check!(t, term) :: term
  def check!(%__MODULE__{} = option, value) do
    case cast(option, value) do
      {:ok, value} ->
        value

      :error ->
        raise ArgumentError,
              "option #{inspect(option.name)} must be #{accepts(option)}, got: #{inspect(value)}"
    end
  end

  @doc "Reads the value of a command line flag; `:error` when the row does not accept it."
  @spec parse(t, String.t() | boolean) :: {:ok, term} | :error
  def parse(%__MODULE__{type: :integer} = option, text) when is_binary(text) do
    case Integer.parse(text) do
      {integer, ""} -> cast(option, integer)
      _ -> :error
    end
  end

  def parse(%__MODULE__{type: :choice} = option, text) do
    case Enum.find(option.choices, &(Atom.to_string(&1) == text)) do
      nil -> :error
      choice -> {:ok, choice}
    end
  end

  def parse(option, text), do: cast(option, text)

  @doc "What a value must be, as the end of a sentence."
  @spec accepts(t) :: String.t()
  def accepts(%{type: :integer} = option), do: "an integer from #{option.min} to #{option.max}"
  def accepts(%{type: :boolean}), do: "true or false"
  def accepts(%{type: :choice} = option), do: "one of " <> list(option.choices, &inspect/1)
  def accepts(%{type: :colour}), do: Colour.accepts()
  def accepts(%{type: :path}), do: "the path of a file, as a binary without null bytes"

  def accepts(%{type: :paths}), do: "a list of paths, as binaries without null bytes"
  def accepts(%{type: :name}), do: "an atom, {:global, term} or {:via, module, term}"

  def accepts(%{type: :instance}),
    do: "the name of an instance: an atom, {:global, term}, {:via, module, term} or {name, node}"

  def accepts(%{type: :recipient}),
    do: "a pid, an alias, the name of a local process or {name, node}"

  @doc "A Markdown list of `rows`."
  @spec docs([t]) :: String.t()
  def docs(rows) do
    Enum.map_join(rows, "\n", fn option ->
      "  * `:#{option.name}` - #{option.doc} #{capitalise(accepts(option))}. #{default_doc(option)}"
    end)
  end

  defp default_doc(%{default_doc: text}) when is_binary(text), do: "Default: #{text}."
  defp default_doc(%{default: nil}), do: "Default: none."
  defp default_doc(%{default: default}), do: "Default: `#{inspect(default)}`."

  defp cast(%{type: :integer, min: min, max: max}, value)
       when is_integer(value) and value >= min and value <= max,
       do: {:ok, value}

  defp cast(%{type: :boolean}, value) when is_boolean(value), do: {:ok, value}
  defp cast(%{type: :colour}, value), do: Colour.cast(value)

  defp cast(%{type: :paths}, [_ | _] = values) do
    paths = for value <- values, {:ok, path} <- [cast(%__MODULE__{type: :path}, value)], do: path
    if length(paths) == length(values), do: {:ok, paths}, else: :error
  end

  defp cast(%{type: :name}, value), do: cast_name(value)

  defp cast(%{type: :instance}, {name, node})
       when is_atom(name) and is_atom(node) and name != :global,
       do: {:ok, {name, node}}

  defp cast(%{type: :instance}, value), do: cast_name(value)

  defp cast(%{type: :recipient}, value) when is_pid(value) or is_reference(value),
    do: {:ok, value}

  defp cast(%{type: :recipient}, {name, node}) when is_atom(name) and is_atom(node),
    do: {:ok, {name, node}}

  defp cast(%{type: :recipient}, name) when is_atom(name) and name not in [nil, true, false],
    do: {:ok, {name, node()}}

  defp cast(%{type: :choice, choices: choices}, value),
    do: if(value in choices, do: {:ok, value}, else: :error)

  # Expanded here, in the caller: the port program has a working directory of its own.
  defp cast(%{type: :path}, value) when is_binary(value) and value != "" do
    if String.contains?(value, <<0>>), do: :error, else: {:ok, Path.expand(value)}
  end

  defp cast(_option, _value), do: :error

  defp cast_name(name) when is_atom(name) and name not in [nil, true, false], do: {:ok, name}
  defp cast_name({:global, _term} = name), do: {:ok, name}
  defp cast_name({:via, module, _term} = name) when is_atom(module), do: {:ok, name}
  defp cast_name(_name), do: :error

  defp suggestion(name, rows) do
    names = Enum.map(rows, & &1.name)
    nearest = Enum.max_by(names, &String.jaro_distance(to_string(&1), to_string(name)))

    if String.jaro_distance(to_string(nearest), to_string(name)) > 0.75,
      do: "; did you mean #{inspect(nearest)}?",
      else: "; accepted are " <> list(names, &inspect/1)
  end

  defp list(items, show), do: Enum.map_join(items, ", ", show)
  defp capitalise(<<first::utf8, rest::binary>>), do: String.upcase(<<first::utf8>>) <> rest
end
