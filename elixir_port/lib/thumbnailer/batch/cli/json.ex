defmodule Thumbnailer.Batch.CLI.JSON do
  @moduledoc false
  # Terms as JSON (RFC 8259): maps with atoms or strings as keys, lists, strings, numbers, atoms. There is none in OTP
  # before 27. A byte that is not part of UTF-8 becomes a lone surrogate, U+DC80 to U+DCFF (PEP 383), by which the bytes can be had again:
  # UTF-8 has no surrogates, so that nothing else is written so.

  @doc """
      iex> IO.iodata_to_binary(Thumbnailer.Batch.CLI.JSON.encode(%{path: "a\\"b", sizes: [1, 2.5], failed: nil}))
      ~s({"failed":null,"path":"a\\\\"b","sizes":[1,2.5]})
  """
  @spec encode(term) :: iodata
  def encode(nil), do: "null"
  def encode(value) when is_boolean(value), do: Atom.to_string(value)
  def encode(value) when is_atom(value), do: value |> Atom.to_string() |> encode()
  def encode(value) when is_integer(value), do: Integer.to_string(value)
  def encode(value) when is_float(value), do: Float.to_string(value)
  def encode(value) when is_binary(value), do: [?", escape(value, []), ?"]

  def encode(values) when is_list(values),
    do: [?[, values |> Enum.map(&encode/1) |> Enum.intersperse(?,), ?]]

  def encode(%{} = map) do
    pairs = for {key, value} <- map, do: [encode(to_string(key)), ?:, encode(value)]
    [?{, Enum.intersperse(pairs, ?,), ?}]
  end

  defp escape("", done), do: Enum.reverse(done)
  defp escape(<<?", rest::binary>>, done), do: escape(rest, ["\\\"" | done])
  defp escape(<<?\\, rest::binary>>, done), do: escape(rest, ["\\\\" | done])

  # U+2028 and U+2029 end a line of a script, and < could end the script: those who embed JSON need not think of it.
  defp escape(<<char::utf8, rest::binary>>, done)
       when char < 0x20 or char in [?<, 0x7F, 0x2028, 0x2029],
       do:
         escape(rest, [
           "\\u" <> (char |> Integer.to_string(16) |> String.pad_leading(4, "0")) | done
         ])

  defp escape(<<char::utf8, rest::binary>>, done), do: escape(rest, [<<char::utf8>> | done])

  defp escape(<<byte, rest::binary>>, done),
    do: escape(rest, ["\\udc" <> (byte |> Integer.to_string(16) |> String.downcase()) | done])
end
