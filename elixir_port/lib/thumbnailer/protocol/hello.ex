defmodule Thumbnailer.Protocol.Hello do
  @moduledoc false
  # The first frame of a program: what it says of itself. Whatever is not of the type that the table says is an error, so
  # that nothing which relies on the hello can be broken by it; words that this library does not know are left out.

  alias Thumbnailer.Protocol.Term

  @protocol 1

  # Bytes and elements; ten times what the program has to say.
  @max_bytes 8_192
  @max_elements 1_000

  # What a hello must have.
  @table [
    protocol: :integer,
    version: :text,
    libvips: :text,
    workers: {:range, 1..256},
    limits: :numbers,
    loaders: :names,
    savers: :names,
    sandbox: :values,
    os_pid: {:range, 1..4_194_304}
  ]

  @doc "How large a hello may be, in bytes."
  @spec max_bytes() :: pos_integer
  def max_bytes, do: @max_bytes

  @doc "Reads the hello; `words` are the atoms that it may have, by their names."
  @spec decode(binary, %{String.t() => atom}) :: {:ok, map} | {:error, String.t()}
  def decode(payload, _words) when byte_size(payload) > @max_bytes,
    do: {:error, "a hello of #{byte_size(payload)} bytes, over #{@max_bytes}"}

  def decode(payload, words) do
    case Term.decode(payload, words, @max_elements) do
      {:ok, {:hello, %{protocol: @protocol} = hello}} -> check(without_unknown(hello))
      {:ok, {:hello, %{protocol: protocol}}} when is_integer(protocol) -> other(protocol)
      {:ok, term} -> {:error, "a term that is no hello: " <> shorten(term)}
      {:error, message} -> {:error, message <> ": " <> shorten(payload)}
    end
  end

  defp other(protocol),
    do: {:error, "a hello in protocol #{protocol}, this library speaks protocol #{@protocol}"}

  defp without_unknown(map) when is_map(map) do
    for {key, value} <- map,
        is_atom(key) and key != :unknown and value != :unknown,
        into: %{},
        do: {key, without_unknown(value)}
  end

  defp without_unknown(list) when is_list(list),
    do: for(element <- list, element != :unknown, do: without_unknown(element))

  defp without_unknown(value), do: value

  defp check(hello) do
    with nil <- Enum.find_value(@table, &fault(&1, hello)),
         nil <- Enum.find_value(hello, &other_fault/1) do
      check_limits(hello)
    end
  end

  defp fault({key, type}, hello) do
    case hello do
      %{^key => value} -> if not fits?(type, value), do: wrong(key, value)
      _missing -> {:error, "a hello without #{key}: " <> shorten(hello)}
    end
  end

  # A key without a row has one value, a list of texts, or a list of records of values.
  defp other_fault({key, value}) do
    if not Keyword.has_key?(@table, key) and
         not Enum.any?([:value, :texts, :records], &fits?(&1, value)),
       do: wrong(key, value)
  end

  defp check_limits(%{limits: %{max_request_bytes: max}} = hello) when max in 1..0xFFFFFFFF,
    do: {:ok, hello}

  defp check_limits(hello), do: wrong(:limits, hello.limits)

  defp wrong(key, value),
    do: {:error, "a hello whose #{key} cannot be #{shorten(value)}"}

  defp fits?(:integer, value), do: is_integer(value)
  defp fits?({:range, first..last//_}, value), do: is_integer(value) and value in first..last
  defp fits?(:text, value), do: is_binary(value) and String.valid?(value)
  defp fits?(:texts, value), do: is_list(value) and Enum.all?(value, &fits?(:text, &1))
  defp fits?(:names, value), do: is_list(value) and Enum.all?(value, &is_atom/1)
  defp fits?(:value, value), do: is_atom(value) or is_number(value) or is_binary(value)

  defp fits?(:records, value),
    do: is_list(value) and Enum.all?(value, &fits?(:values, &1))

  defp fits?(:numbers, value),
    do: is_map(value) and Enum.all?(value, fn {_key, n} -> is_integer(n) and n >= 0 end)

  defp fits?(:values, value),
    do: is_map(value) and Enum.all?(value, fn {_key, value} -> fits?(:value, value) end)

  defp shorten(term), do: inspect(term, limit: 10, printable_limit: 60)
end
