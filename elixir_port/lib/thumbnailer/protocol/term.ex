defmodule Thumbnailer.Protocol.Term do
  @moduledoc false
  # What may be in a term of the program, looked at before anything is decoded: a frame of 100 MB can say a list of 50 million
  # numbers, which would take gigabytes as a term. https://www.erlang.org/doc/apps/erts/erl_ext_dist.html

  @type fault :: String.t()

  @doc """
  Whether the bytes are one term of the protocol's types, with at most `max` elements.

      iex> Thumbnailer.Protocol.Term.check(:erlang.term_to_binary([1, 2, 3]), 100)
      :ok
      iex> Thumbnailer.Protocol.Term.check(:erlang.term_to_binary(Enum.to_list(1..500)), 100)
      {:error, "a term of more than 100 elements"}
  """
  @spec check(binary, pos_integer) :: :ok | {:error, fault}
  # A compressed term says itself how large it grows: never ask it.
  def check(<<131, 80, _rest::binary>>, _max), do: {:error, "a compressed term"}
  def check(<<131, rest::binary>>, max), do: scan(rest, 1, 0, max)
  def check(_bytes, _max), do: {:error, "bytes that are no term"}

  # `open` terms are still to come, `count` have been seen.
  defp scan(_bytes, open, count, max) when open + count > max,
    do: {:error, "a term of more than #{max} elements"}

  defp scan("", 0, _count, _max), do: :ok
  defp scan(bytes, open, count, max) when open > 0, do: element(bytes, open - 1, count + 1, max)
  defp scan(_bytes, 0, _count, _max), do: {:error, "bytes that are no term"}

  # Integers and floats.
  defp element(<<97, _, rest::binary>>, open, count, max), do: scan(rest, open, count, max)
  defp element(<<98, _::32, rest::binary>>, open, count, max), do: scan(rest, open, count, max)
  defp element(<<70, _::64, rest::binary>>, open, count, max), do: scan(rest, open, count, max)

  # No number of the protocol has more than eight bytes.
  defp element(<<110, n, _, _::binary-size(n), rest::binary>>, open, count, max) when n <= 8,
    do: scan(rest, open, count, max)

  # Atoms, with a length of one byte or of two.
  defp element(<<119, n, _::binary-size(n), rest::binary>>, open, count, max),
    do: scan(rest, open, count, max)

  defp element(<<115, n, _::binary-size(n), rest::binary>>, open, count, max),
    do: scan(rest, open, count, max)

  defp element(<<118, n::16, _::binary-size(n), rest::binary>>, open, count, max),
    do: scan(rest, open, count, max)

  defp element(<<100, n::16, _::binary-size(n), rest::binary>>, open, count, max),
    do: scan(rest, open, count, max)

  # Binaries, and lists of bytes.
  defp element(<<109, n::32, _::binary-size(n), rest::binary>>, open, count, max),
    do: scan(rest, open, count, max)

  defp element(<<107, n::16, _::binary-size(n), rest::binary>>, open, count, max),
    do: scan(rest, open, count + n, max)

  # Tuples, maps, the empty list, and lists, which end with a term of their own.
  defp element(<<104, n, rest::binary>>, open, count, max), do: scan(rest, open + n, count, max)

  defp element(<<116, n::32, rest::binary>>, open, count, max),
    do: scan(rest, open + 2 * n, count, max)

  defp element(<<106, rest::binary>>, open, count, max), do: scan(rest, open, count, max)

  defp element(<<108, n::32, rest::binary>>, open, count, max),
    do: scan(rest, open + n + 1, count, max)

  defp element(_bytes, _open, _count, _max), do: {:error, "bytes that are no term"}

  @doc """
  Decodes a term whose atoms are among `words`, a map by their names; others read as `:unknown`, and no atom is made.

      iex> bytes = <<131, 104, 2, 119, 2, "ok", 119, 5, "ninth">>
      iex> Thumbnailer.Protocol.Term.decode(bytes, %{"ok" => :ok}, 100)
      {:ok, {:ok, :unknown}}
  """
  @spec decode(binary, %{String.t() => atom}, pos_integer) :: {:ok, term} | {:error, fault}
  def decode(bytes, words, max) do
    with :ok <- check(bytes, max) do
      <<131, rest::binary>> = bytes
      {term, ""} = read(rest, words)
      {:ok, term}
    end
  end

  defp read(<<tag, n, name::binary-size(n), rest::binary>>, words) when tag in [115, 119],
    do: {Map.get(words, name, :unknown), rest}

  defp read(<<tag, n::16, name::binary-size(n), rest::binary>>, words) when tag in [100, 118],
    do: {Map.get(words, name, :unknown), rest}

  defp read(<<104, n, rest::binary>>, words) do
    {elements, rest} = read_many(rest, n, words, [])
    {List.to_tuple(elements), rest}
  end

  defp read(<<108, n::32, rest::binary>>, words) do
    {elements, rest} = read_many(rest, n, words, [])

    case read(rest, words) do
      {[], rest} -> {elements, rest}
      {_improper, rest} -> {:unknown, rest}
    end
  end

  defp read(<<116, n::32, rest::binary>>, words) do
    {elements, rest} = read_many(rest, 2 * n, words, [])
    {elements |> Enum.chunk_every(2) |> Map.new(fn [key, value] -> {key, value} end), rest}
  end

  # Everything else holds no atom.
  defp read(bytes, _words) do
    {term, used} = :erlang.binary_to_term(<<131, bytes::binary>>, [:safe, :used])
    {term, binary_part(bytes, used - 1, byte_size(bytes) - used + 1)}
  end

  defp read_many(rest, 0, _words, done), do: {Enum.reverse(done), rest}

  defp read_many(rest, n, words, done) do
    {term, rest} = read(rest, words)
    read_many(rest, n - 1, words, [term | done])
  end
end
