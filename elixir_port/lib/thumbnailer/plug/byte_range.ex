defmodule Thumbnailer.Plug.ByteRange do
  @moduledoc false
  # The header `range` of a request, RFC 9110, section 14: one range of bytes is served, several are answered with the whole.

  @doc "The first and the last byte that the header asks for, of `size`."
  @spec parse(String.t(), non_neg_integer) ::
          :all | :unsatisfiable | {non_neg_integer, non_neg_integer}
  def parse(header, size) do
    case Regex.run(~r/\A\s*bytes\s*=\s*([0-9]{0,18})-([0-9]{0,18})\s*\z/i, header) do
      [_, "", ""] -> :all
      [_, "", count] -> last(String.to_integer(count), size)
      [_, first, ""] -> within(String.to_integer(first), size - 1, size)
      [_, first, last] -> within(String.to_integer(first), String.to_integer(last), size)
      nil -> :all
    end
  end

  defp last(0, _size), do: :unsatisfiable
  defp last(_count, 0), do: :unsatisfiable
  defp last(count, size), do: {max(size - count, 0), size - 1}

  defp within(first, _last, size) when first >= size, do: :unsatisfiable
  defp within(first, last, _size) when last < first, do: :all
  defp within(first, last, size), do: {first, min(last, size - 1)}
end
