defmodule Thumbnailer.Protocol.CodecTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Protocol.Codec

  defp decode(term), do: term |> :erlang.term_to_binary() |> Codec.decode()
  defp term(iodata), do: iodata |> IO.iodata_to_binary() |> :erlang.binary_to_term()

  test "a request has the source last and the deadline in its spec" do
    {request, _on} = Request.make!({:bytes, "image"}, [100], [])

    assert term(Codec.request(7, request, 250)) ==
             {:make, 7, %{timeout: 250, outputs: [%{width: 100, height: 100}]}, {:bytes, "image"}}
  end

  test "the bytes of an image are in the frame without a copy" do
    bytes = :binary.copy("x", 100_000)
    {request, _on} = Request.make!({:bytes, bytes}, [100], [])
    assert bytes == request |> then(&Codec.request(1, &1, 1)) |> List.last()
  end

  test "stats and cancel are of an id alone" do
    assert term(Codec.request(3, %Request{op: :stats}, 10)) == {:stats, 3}
    assert term(Codec.cancel(4)) == {:cancel, 4}
    assert term(Codec.request(5, %Request{op: :ping}, 9)) == {:ping, 5}
  end

  test "a chunk is bytes or the end, and large bytes are not copied" do
    assert term(Codec.chunk(4, "eof")) == {:chunk, 4, "eof"}
    assert term(Codec.chunk(4, :eof)) == {:chunk, 4, :eof}
    bytes = :binary.copy("x", 10_000)
    assert Enum.any?(Codec.chunk(4, bytes), &:erts_debug.same(&1, bytes))
  end

  test "an answer and an error are read" do
    assert decode({:ok, 1, %{}}) == {:ok, {1, {:ok, %{}}}}

    assert decode(
             {:error, 2, %{reason: :crashed, message: "it died", signal: :segv, stderr: "oh"}}
           ) ==
             {:ok, {2, {:error, Error.new(:crashed, "it died", signal: :segv, stderr: "oh")}}}
  end

  for {name, term} <- [
        {"an unknown tuple", {:maybe, 1, %{}}},
        {"an answer without an id", {:ok, nil, %{}}},
        {"an error without an id", {:error, nil, %{reason: :bad_term, message: ""}}},
        {"an answer that is no map", {:ok, 1, []}},
        {"an error without a message", {:error, 1, %{reason: :timeout}}},
        {"an error of an unknown reason", {:error, 1, %{reason: :ok, message: ""}}},
        {"a second hello", {:hello, %{protocol: 1}}},
        {"a number", 1}
      ] do
    test "#{name} is no answer" do
      assert {:error, "a term that is no answer: " <> _} = decode(unquote(Macro.escape(term)))
    end
  end

  test "bytes that are no term, cut short or empty are refused" do
    for bytes <- ["", <<131>>, "text", <<131, 109, 0, 0, 0, 9, 1>>, <<131, 97, 1, 0>>],
        do: assert({:error, "bytes that are no term: " <> _} = Codec.decode(bytes))
  end

  test "an atom that nobody has heard of is refused and not made" do
    name = "atom_of_wire_test_#{System.unique_integer([:positive])}"
    frame = <<131, 104, 2, 119, 5, "hello", 119, byte_size(name), name::binary>>
    assert {:error, _} = Codec.decode(frame)
    assert_raise ArgumentError, fn -> String.to_existing_atom(name) end
  end

  test "a compressed term is refused before it is unpacked" do
    bomb =
      :erlang.term_to_binary({:ok, 1, %{data: :binary.copy(<<0>>, 1_000_000)}}, [:compressed])

    assert <<131, 80, _::binary>> = bomb
    assert Codec.decode(bomb) == {:error, "a compressed term"}
  end

  test "what the program says of its workers is an event, and nothing else is one" do
    decode = &(&1 |> :erlang.term_to_binary() |> Codec.decode())
    exit = {:event, :worker_exit, %{os_pid: 7, made: 3, signal: :segv}}
    assert decode.(exit) == {:ok, exit}
    recycle = {:event, :worker_recycle, %{os_pid: 7, made: 3, reason: :max_images_per_worker}}
    assert decode.(recycle) == {:ok, recycle}

    for other <- [
          {:event, :worker, %{os_pid: 7, made: 3}},
          {:event, :worker_exit, %{}},
          {:event, :worker_exit, %{os_pid: "7", made: 3}},
          {:event, :worker_exit, []},
          {:event, :worker_exit, Map.new(~w(os_pid made ok error format)a, &{&1, 1})}
        ],
        do: assert({:error, "a term that is no answer: " <> _} = decode.(other))
  end
end
