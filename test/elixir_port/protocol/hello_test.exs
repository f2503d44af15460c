defmodule Thumbnailer.Protocol.HelloTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Protocol.Codec

  @hello %{
    protocol: 1,
    version: "1",
    libvips: "8",
    workers: 2,
    limits: %{max_request_bytes: 100},
    loaders: [:png],
    savers: [:png],
    sandbox: %{mode: :off},
    os_pid: 7
  }

  defp decode(term), do: term |> :erlang.term_to_binary() |> Codec.decode_hello()

  test "what the program says of itself is read" do
    more = %{
      version: "1",
      loaders: [:jpeg],
      sandbox: %{mode: :off, landlock: 7},
      jpeg_fast_path: true
    }

    hello = Map.merge(@hello, more)
    assert decode({:hello, hello}) == {:ok, hello}
  end

  test "records are read, such as what reads and writes each format" do
    hello = Map.put(@hello, :formats, [%{name: :jpeg, read: true}, %{name: :png, read: false}])
    frame = :erlang.term_to_binary({:hello, Map.delete(hello, :formats)})
    assert {:ok, _without} = Codec.decode_hello(frame)
    assert {:ok, %{formats: [%{read: true}, %{read: false}]}} = decode({:hello, hello})
  end

  test "a program that is newer says what this library has no words for: that is left out, and no atom is made" do
    name = "hello_test_#{System.unique_integer([:positive])}"
    atom = <<119, byte_size(name), name::binary>>
    # As a key, in a list, and in a map.
    known = Map.drop(@hello, [:loaders, :sandbox])
    <<131, _map, _size::32, pairs::binary>> = :erlang.term_to_binary(known)
    list = <<119, 7, "loaders", 108, 2::32, 119, 4, "jpeg", atom::binary, 106>>
    map = <<119, 7, "sandbox", 116, 2::32, atom::binary, 97, 1, 119, 4, "mode", 119, 3, "off">>
    frame = <<131, 104, 2, 119, 5, "hello", 116, 10::32, pairs::binary, atom::binary, 97, 1>>

    assert Codec.decode_hello(frame <> list <> map) ==
             {:ok, Map.merge(@hello, %{loaders: [:jpeg], sandbox: %{mode: :off}})}

    assert_raise ArgumentError, fn -> String.to_existing_atom(name) end
  end

  test "another protocol, and what lacks what is relied on, is refused" do
    assert {:error, "a hello in protocol 2, this library speaks protocol 1"} =
             decode({:hello, %{@hello | protocol: 2}})

    for {key, _value} <- Map.delete(@hello, :protocol) do
      assert {:error, "a hello without " <> rest} = decode({:hello, Map.delete(@hello, key)})
      assert rest =~ "#{key}: "
    end

    assert {:error, "a term that is no hello" <> _} = decode({:ok, 1, %{}})
    assert {:error, "bytes that are no term" <> _} = Codec.decode_hello("hello")
  end

  for {key, value} <- [
        workers: 0,
        workers: 1_000_000,
        workers: "two",
        limits: [],
        limits: %{},
        limits: %{max_request_bytes: -1},
        limits: %{max_request_bytes: 100, max_streams: :jpeg},
        version: 5,
        version: <<255>>,
        loaders: 5,
        loaders: ["jpeg"],
        savers: :jpeg,
        sandbox: 1,
        sandbox: %{mode: []},
        os_pid: -1,
        jpeg_fast_path: %{}
      ] do
    test "a hello with #{key} #{inspect(value)} is refused" do
      assert {:error, "a hello whose " <> rest} =
               decode({:hello, Map.put(@hello, unquote(key), unquote(Macro.escape(value)))})

      assert rest =~ "#{unquote(key)} cannot be"
    end
  end

  test "what is too long for a hello, or has too many parts, is refused" do
    assert {:error, "a hello of " <> _} =
             decode({:hello, Map.put(@hello, :version, :binary.copy("x", 9_000))})

    assert {:error, "a term of more than 1000 elements" <> _} =
             decode({:hello, Map.put(@hello, :loaders, List.duplicate([], 2_000))})
  end
end
