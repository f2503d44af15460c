defmodule Thumbnailer.Protocol.TermTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Protocol.Term

  alias Thumbnailer.Protocol.Term

  defp check(term, max \\ 1_000), do: term |> :erlang.term_to_binary() |> Term.check(max)

  test "all types of the protocol pass" do
    term =
      {:ok, 1, %{a: [1, -2, 300_000, 9_000_000_000, 1.5], b: "bytes", c: ~c"text", d: [], e: nil}}

    assert check(term) == :ok
    assert check(:erlang.term_to_binary(term, minor_version: 2)) == :ok
  end

  test "other types do not" do
    for term <- [self(), make_ref(), fn -> 1 end, 2 ** 100],
        do: assert({:error, "bytes that are no term"} = check(term))
  end

  test "elements are counted before anything is made of them" do
    assert {:error, "a term of more than 1000 elements"} = check(Enum.to_list(1..1_001))
    assert {:error, _} = check(Map.new(1..600, &{&1, &1}))
    assert {:error, _} = check(List.duplicate(?x, 1_001))
    # A tuple, a list and a map that only say that they are long.
    for bytes <- [
          <<131, 108, 0xFFFFFFFF::32>>,
          <<131, 116, 0xFFFFFFFF::32>>,
          <<131, 107, 65_535::16>>
        ],
        do: assert({:error, _} = Term.check(bytes, 1_000))
  end

  test "what is cut short, or longer than its term, is none" do
    bytes = :erlang.term_to_binary({:ok, 1, %{a: "bytes", b: [1, 2.5, :atom]}})

    for length <- 0..(byte_size(bytes) - 1),
        do: assert({:error, _} = Term.check(binary_part(bytes, 0, length), 1_000))

    assert {:error, _} = Term.check(bytes <> <<0>>, 1_000)
  end

  test "a term that is decoded is what the runtime system makes of it, but for atoms without a word" do
    term = {:ok, %{"key" => [1, 2.5, {:word, ~c"text"}], {} => []}, -70_000, 9_000_000_000}
    words = %{"ok" => :ok, "word" => :word}
    assert Term.decode(:erlang.term_to_binary(term), words, 100) == {:ok, term}

    assert Term.decode(:erlang.term_to_binary([:word, :nothing]), words, 100) ==
             {:ok, [:word, :unknown]}
  end
end
