defmodule Thumbnailer.Options.Flag do
  @moduledoc false
  # The values of options as they stand on a command line.

  alias Thumbnailer.Options.Type

  @doc "Reads the value of a command line flag; `:error` when the row does not accept it."
  @spec parse(map, String.t() | boolean) :: {:ok, term} | :error
  def parse(%{type: :choice, choices: choices, choice_spellings: spellings} = option, text) do
    Enum.find_value(
      choices ++ Keyword.keys(spellings),
      :error,
      &if(to_string(&1) == text, do: Type.cast(option, &1))
    )
  end

  # duotone:strength=0.5,dark=#102030+dither
  def parse(%{type: :steps} = option, text) when is_binary(text) do
    steps =
      for part <- String.split(text, "+") do
        [name | values] = String.split(part, ":", parts: 2)
        {name, values |> Enum.flat_map(&String.split(&1, ",")) |> Enum.map(&assignment/1)}
      end

    Type.cast(option, steps)
  end

  def parse(%{type: :quality} = option, "ssim:" <> part),
    do: Type.cast(option, {:ssim, literal(part)})

  def parse(%{type: :radius} = option, "circle"), do: Type.cast(option, :circle)

  def parse(%{type: type} = option, text)
      when type in [:integer, :number, :amount, :radius, :quality, :focus, :region, :padding] and
             is_binary(text) do
    case text |> String.split(",") |> Enum.map(&literal/1) do
      [value] -> Type.cast(option, value)
      values -> Type.cast(option, List.to_tuple(values))
    end
  end

  def parse(option, text), do: Type.cast(option, text)

  defp assignment(text) do
    case String.split(text, "=", parts: 2) do
      [name, value] -> {name, value}
      _other -> :error
    end
  end

  defp literal("true"), do: true
  defp literal("false"), do: false

  defp literal(text) do
    case {Integer.parse(text), Float.parse(text)} do
      {{integer, ""}, _} -> integer
      {_, {float, ""}} -> float
      _ -> text
    end
  end
end
