defmodule Thumbnailer.Step.Parameter do
  @moduledoc """
  A parameter of a step, as the step describes it.

  `:type` is `:number`, `:integer`, `:boolean`, `:colour` or `:choice`; `:min` and `:max` bound the first two, `:choices` are
  the words of the last.
  """

  @enforce_keys [:name, :type, :meaning]
  defstruct [:name, :type, :default, :min, :max, :meaning, choices: []]

  @type t :: %__MODULE__{
          name: String.t(),
          type: :number | :integer | :boolean | :colour | :choice,
          default: number | boolean | String.t(),
          min: number | nil,
          max: number | nil,
          choices: [String.t()],
          meaning: String.t()
        }

  @doc false
  # The value as the step gets it, a float; text is what a command line has.
  @spec cast(t, term) :: {:ok, float} | :error
  def cast(%{type: :boolean}, value) when value in [true, "true"], do: {:ok, 1.0}
  def cast(%{type: :boolean}, value) when value in [false, "false"], do: {:ok, 0.0}

  def cast(%{type: :choice, choices: choices}, value) when is_atom(value) or is_binary(value) do
    case Enum.find_index(choices, &(&1 == to_string(value))) do
      nil -> :error
      index -> {:ok, index * 1.0}
    end
  end

  def cast(%{type: :colour}, <<"#", digits::binary-size(6)>>) do
    case Integer.parse(digits, 16) do
      {colour, ""} when colour >= 0 -> {:ok, colour * 1.0}
      _other -> :error
    end
  end

  def cast(%{type: type} = parameter, text)
      when type in [:number, :integer] and is_binary(text) do
    case Float.parse(text) do
      {number, ""} ->
        cast(parameter, if(trunc(number) == number, do: trunc(number), else: number))

      _other ->
        :error
    end
  end

  def cast(%{type: :number, min: min, max: max}, value)
      when is_number(value) and value >= min and value <= max,
      do: {:ok, value * 1.0}

  def cast(%{type: :integer, min: min, max: max}, value)
      when is_integer(value) and value >= min and value <= max,
      do: {:ok, value * 1.0}

  def cast(_parameter, _value), do: :error

  @doc false
  @spec accepts(t) :: String.t()
  def accepts(%{type: :number} = parameter),
    do: "a number from #{parameter.min} to #{parameter.max}"

  def accepts(%{type: :integer} = parameter),
    do: "an integer from #{parameter.min} to #{parameter.max}"

  def accepts(%{type: :boolean}), do: "true or false"
  def accepts(%{type: :colour}), do: ~s(a colour such as "#1d3557")

  def accepts(%{type: :choice, choices: choices}),
    do: "one of " <> Enum.map_join(choices, ", ", &":#{&1}")
end
