defmodule Thumbnailer.Features.DifferentialTest do
  # Terms from the BEAM through the port program and back. `thumbnailer echo` reads each and writes it again, so that
  # what comes back equal was understood by both.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  @moduletag :real

  # The limits of docs/protocol.md.
  @max_depth 16
  @max_integer 9_223_372_036_854_775_807

  setup do
    {:ok, path} = Thumbnailer.Port.Executable.find(nil)

    port =
      Port.open({:spawn_executable, path}, [:binary, :exit_status, packet: 4, args: ["echo"]])

    {:ok, echo: port}
  end

  defp echo(port, payload) do
    Port.command(port, payload)

    receive do
      {^port, {:data, frame}} -> :erlang.binary_to_term(frame)
      {^port, {:exit_status, status}} -> flunk("the program ended with #{status}")
    after
      10_000 -> flunk("no answer")
    end
  end

  defp refusal({:error, nil, %{reason: :bad_term, message: message}}), do: message
  defp refusal(other), do: flunk("not refused: #{inspect(other, limit: 5)}")

  # -- a generator with a seed: what it made can be made again

  defp term(depth) do
    case :rand.uniform(if depth > 0, do: 11, else: 7) do
      1 ->
        integer()

      2 ->
        atom()

      3 ->
        (:rand.uniform() - 0.5) * :math.pow(10, :rand.uniform(600) - 300)

      4 ->
        :rand.bytes(:rand.uniform(300) - 1)

      5 ->
        Enum.random([[], %{}, {}, "", 0, nil, true, false, -0.0, ~c"latin ÿ", ~c"wide €"])

      6 ->
        for _ <- 1..:rand.uniform(20), do: :rand.uniform(256) - 1

      7 ->
        Enum.random([@max_integer, -@max_integer - 1, 255, 256, -1, 2_147_483_647, -2_147_483_649])

      8 ->
        for _ <- 1..:rand.uniform(5), do: term(depth - 1)

      9 ->
        List.to_tuple(for _ <- 1..:rand.uniform(5), do: term(depth - 1))

      10 ->
        Map.new(1..:rand.uniform(5), fn _ -> {term(depth - 1), term(depth - 1)} end)

      11 ->
        %{key: term(depth - 1)}
    end
  end

  # Of every length in bytes, and of both signs.
  defp integer do
    bits = :rand.uniform(63)
    magnitude = :rand.uniform(Bitwise.bsl(1, bits)) - 1
    Enum.random([magnitude, -magnitude])
  end

  # A few, as atoms are never collected.
  defp atom,
    do: Enum.random([:ok, nil, :"", :"with space", :é, :日本, :"😀", :End, :a@b, Thumbnailer])

  for seed <- 1..5 do
    test "2,000 random terms come back equal, seed #{seed}", %{echo: port} do
      :rand.seed(:exsss, unquote(seed))

      for _ <- 1..2_000 do
        term = term(4)
        options = Enum.random([[], [minor_version: 2], [minor_version: 1]])
        assert echo(port, :erlang.term_to_binary(term, options)) === term
      end
    end
  end

  test "a float and an integer of the same value stay apart, and so do the two zeros", %{
    echo: port
  } do
    assert echo(port, :erlang.term_to_binary([1.0, 1])) === [1.0, 1]

    assert <<131, 70, 1::1, 0::63>> =
             :erlang.term_to_binary(echo(port, :erlang.term_to_binary(-0.0)))
  end

  test "as deep and as large as a term may be", %{echo: port} do
    deep = Enum.reduce(2..@max_depth, [], fn _, term -> [term] end)
    assert echo(port, :erlang.term_to_binary(deep)) == deep
    assert port |> echo(:erlang.term_to_binary([deep])) |> refusal() =~ "deeper than 16 levels"
    # With the list itself 4096.
    wide = Enum.to_list(1_001..5_095)
    assert echo(port, :erlang.term_to_binary(wide)) == wide
    assert port |> echo(:erlang.term_to_binary([0 | wide])) |> refusal() =~ "more than 4096 terms"
    large = :binary.copy("x", 20_000_000)
    assert echo(port, :erlang.term_to_binary(large)) == large
  end

  test "what only Erlang knows is refused by name, and the next term is read", %{echo: port} do
    for {term, name} <- [
          {self(), "a pid"},
          {make_ref(), "a reference"},
          {port, "a port"},
          {&Enum.map/2, "an external fun"},
          {fn -> :ok end, "a fun"},
          {<<1::3>>, "a bit string"},
          {[1 | 2], "an improper list"},
          {@max_integer + 1, "beyond 64 bits"},
          {Bitwise.bsl(1, 3_000), "beyond 64 bits"}
        ] do
      assert port |> echo(:erlang.term_to_binary({:inside, term})) |> refusal() =~ name
      assert echo(port, :erlang.term_to_binary(:next)) == :next
    end

    compressed = :erlang.term_to_binary(List.duplicate(0, 1_000), [:compressed])
    assert port |> echo(compressed) |> refusal() =~ "a compressed term"
  end

  test "a term cut at any byte or with any byte changed is refused or another term", %{echo: port} do
    payload = :erlang.term_to_binary({:make, 1, %{outputs: [%{width: 200}]}, {:path, "a.jpg"}})

    for length <- 0..(byte_size(payload) - 1),
        do: port |> echo(binary_part(payload, 0, length)) |> refusal()

    for at <- 0..(byte_size(payload) - 1), mask <- [1, 2, 4, 8, 16, 32, 64, 128, 255] do
      <<before::binary-size(at), byte, rest::binary>> = payload
      Port.command(port, <<before::binary, Bitwise.bxor(byte, mask), rest::binary>>)
      assert_receive {^port, {:data, <<131, _term::binary>>}}, 10_000
    end
  end

  # PropEr is part of some systems' Erlang; it makes other terms than the generator above, and shrinks what fails.
  if Code.ensure_loaded?(:proper) do
    test "PropEr finds no term that does not come back equal", %{echo: port} do
      round_trip = fn {term, pairs} ->
        both = {term, Map.new(pairs)}
        echo(port, :erlang.term_to_binary(both)) === both
      end

      assert :proper.quickcheck(:proper.forall(terms(), round_trip), [:quiet, numtests: 1_000]) ==
               true
    end

    defp terms do
      leaf =
        :proper_types.oneof([
          :proper_types.integer(-@max_integer - 1, @max_integer),
          :proper_types.float(),
          :proper_types.binary(),
          :proper_types.oneof([:ok, nil, true, :é])
        ])

      list = :proper_types.list(leaf)
      tuple = :proper_types.tuple([leaf, list])
      several = :proper_types.list(:proper_types.oneof([leaf, list, tuple]))
      :proper_types.tuple([several, :proper_types.list(:proper_types.tuple([leaf, list]))])
    end
  end

  test "the frames of samples/frames come back as they are", %{echo: port} do
    for path <- Path.wildcard(root("samples/frames/*.term")) do
      <<length::32, payload::binary-size(length), _next::binary>> =
        path |> String.replace_suffix(".term", ".etf") |> File.read!()

      assert echo(port, payload) == :erlang.binary_to_term(payload)
    end
  end
end
