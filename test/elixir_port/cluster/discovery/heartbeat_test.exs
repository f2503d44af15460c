defmodule Thumbnailer.Cluster.Discovery.HeartbeatTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Cluster.Discovery.Heartbeat

  @key Heartbeat.key("a secret of some length")
  @now 1_700_000_000_000

  test "a packet says the name of its node to those with the same secret" do
    packet = Heartbeat.encode(:"thumbs@10.0.0.5", @key, @now)
    assert Heartbeat.decode(packet, @key, @now + 1_000) == {:ok, "thumbs@10.0.0.5"}
    assert Heartbeat.decode(packet, Heartbeat.key("another secret"), @now) == {:error, :forged}
  end

  test "one that was kept, or is of a clock that goes wrong, is stale" do
    packet = Heartbeat.encode(:"thumbs@10.0.0.5", @key, @now)

    for now <- [@now + 31_000, @now - 31_000],
        do: assert(Heartbeat.decode(packet, @key, now) == {:error, :stale})
  end

  test "no bit of it can be changed, and nothing be cut off or added" do
    packet = Heartbeat.encode(:"thumbs@10.0.0.5", @key, @now)

    for bit <- 0..(bit_size(packet) - 1) do
      <<head::bitstring-size(bit), one::1, rest::bitstring>> = packet
      changed = <<head::bitstring, 1 - one::1, rest::bitstring>>
      assert {:error, _why} = Heartbeat.decode(changed, @key, @now)
    end

    for size <- 0..(byte_size(packet) - 1),
        do:
          assert({:error, :garbage} = Heartbeat.decode(binary_part(packet, 0, size), @key, @now))

    assert Heartbeat.decode(packet <> "x", @key, @now) == {:error, :garbage}
  end

  test "a packet of another version is told from garbage, whatever stands behind the version" do
    <<"thumbs", 1, rest::binary>> = Heartbeat.encode(:"thumbs@10.0.0.5", @key, @now)

    for packet <- [<<"thumbs", 2, rest::binary>>, <<"thumbs", 0>>, <<"thumbs", 255, "?">>],
        do: assert(Heartbeat.decode(packet, @key, @now) == {:error, :other_version})
  end

  test "a name that is none of a node is garbage, and no packet makes an atom" do
    name = "never-seen-#{System.unique_integer([:positive])}"
    said = <<"thumbs", 1, @now::64, byte_size(name), name::binary>>
    packet = said <> :crypto.mac(:hmac, :sha256, @key, said)
    assert Heartbeat.decode(packet, @key, @now) == {:error, :garbage}
    assert_raise ArgumentError, fn -> String.to_existing_atom(name) end
  end
end
