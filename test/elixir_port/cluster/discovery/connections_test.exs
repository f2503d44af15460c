defmodule Thumbnailer.Cluster.Discovery.ConnectionsTest do
  use ExUnit.Case, async: true

  import ExUnit.CaptureLog

  alias Thumbnailer.Cluster.Discovery.Connections

  # Nobody answers there, and the name is an atom by then.
  @nobody "nobody@127.0.0.1"

  test "a name is tried at once, and not again for five seconds" do
    tried = Connections.connect(%Connections{}, @nobody, 0)
    assert tried.tried == %{@nobody => 0}
    assert Connections.connect(tried, @nobody, 4_999) == tried
    assert Connections.connect(tried, @nobody, 5_000).tried == %{@nobody => 5_000}
  end

  test "the node does not connect to itself" do
    own = Atom.to_string(node())
    assert Connections.connect(%Connections{}, own, 0) == %Connections{}
  end

  test "ten thousand names become atoms and no more, which is said once, and those that are known are tried on" do
    full = %Connections{tried: Map.new(1..10_000, &{"n#{&1}@127.0.0.1", -10_000})}
    one_more = "one_more_than_there_may_be" <> "@127.0.0.1"

    log =
      capture_log(fn ->
        refused = Connections.connect(full, one_more, 0)
        assert refused == %{full | refused: 1}
        assert Connections.connect(refused, one_more, 0).refused == 2
      end)

    assert [_before, _after] = String.split(log, "10000 names of nodes have been found")
    assert log =~ one_more
    assert_raise ArgumentError, fn -> String.to_existing_atom(one_more) end
    assert Connections.connect(full, "n1@127.0.0.1", 0).tried["n1@127.0.0.1"] == 0
  end
end
