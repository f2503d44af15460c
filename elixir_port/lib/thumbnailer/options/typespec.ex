defmodule Thumbnailer.Options.Typespec do
  @moduledoc false
  # The types of options as code, for the types that the documentation shows.

  alias Thumbnailer.Step

  @doc "The type of all these options, as code: a union of pairs."
  @spec union([map]) :: Macro.t()
  def union(rows) do
    for(row <- rows, name <- [row.name | row.spellings], do: {name, typespec(row)})
    |> Enum.reverse()
    |> Enum.reduce(&{:|, [], [&1, &2]})
  end

  defp typespec(%{type: :integer} = option), do: integer(option)
  defp typespec(%{type: :number}), do: quote(do: number)
  defp typespec(%{type: :amount}), do: quote(do: boolean | number)
  defp typespec(%{type: :boolean}), do: quote(do: boolean)

  defp typespec(%{type: :choice, choices: choices, choice_spellings: spellings}),
    do: Enum.reduce(choices ++ Keyword.keys(spellings), &{:|, [], [&1, &2]})

  defp typespec(%{type: :colour}),
    do: quote(do: String.t() | {byte, byte, byte} | {byte, byte, byte, byte})

  defp typespec(%{type: :focus}), do: quote(do: {number, number})
  defp typespec(%{type: :region}), do: quote(do: {number, number, number, number})

  defp typespec(%{type: :padding} = option) do
    side = integer(option)

    quote(
      do:
        unquote(side)
        | {unquote(side), unquote(side)}
        | {unquote(side), unquote(side), unquote(side), unquote(side)}
    )
  end

  defp typespec(%{type: :radius}), do: quote(do: :circle | pos_integer)
  defp typespec(%{type: :quality}), do: quote(do: pos_integer | {:ssim, number})
  defp typespec(%{type: :image}), do: quote(do: Path.t() | {:bytes, iodata})
  defp typespec(%{type: :path}), do: quote(do: Path.t())
  defp typespec(%{type: :paths}), do: quote(do: [Path.t()])
  defp typespec(%{type: :fonts}), do: quote(do: [String.t()])

  defp typespec(%{type: :step_sources}),
    do: quote(do: [{atom, Step.source()}])

  defp typespec(%{type: :steps}),
    do: quote(do: atom | {atom, keyword} | [atom | {atom, keyword}])

  defp typespec(%{type: :names, choices: choices}),
    do: [Enum.reduce(choices, &{:|, [], [&1, &2]})]

  defp typespec(%{type: :discovery}), do: quote(do: [dns: String.t()] | [gossip: keyword])
  defp typespec(%{type: :name}), do: quote(do: GenServer.name())
  defp typespec(%{type: :instance}), do: quote(do: GenServer.server() | {:cluster, atom})
  defp typespec(%{type: :recipient}), do: quote(do: pid | reference | atom | {atom, node})

  defp integer(%{min: min}) when min > 0, do: quote(do: pos_integer)
  defp integer(%{min: 0}), do: quote(do: non_neg_integer)
  defp integer(_below), do: quote(do: integer)
end
