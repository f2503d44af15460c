defmodule Thumbnailer.InstanceOptionsTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.InstanceOptions

  @name [name: MyApp.Thumbs]

  alias Thumbnailer.InstanceOptions

  test "what is not given has its default, or is left to the program" do
    opts = InstanceOptions.cast!(@name)
    assert opts[:name] == MyApp.Thumbs
    assert opts[:max_queue] == 1_000
    refute Keyword.has_key?(opts, :workers)
  end

  test "the name is required, so that no instance takes that of the default one" do
    assert_raise ArgumentError, ~r/option :name is required, such as/, fn ->
      InstanceOptions.cast!(workers: 4)
    end
  end

  test "an option that is a list is a flag for each element" do
    assert ["--die-with-parent", "--log-events", "--root=/a", "--root=/b"] =
             InstanceOptions.arguments(roots: ["/a", "/b"])

    assert InstanceOptions.cast!(@name ++ [roots: ["/a/../b"]])[:roots] == ["/b"]

    assert_raise ArgumentError, ~r/option :roots must be a list of one or more paths/, fn ->
      InstanceOptions.cast!(roots: "/a")
    end
  end

  test "names of formats are one flag" do
    assert ["--die-with-parent", "--log-events", "--loaders=jpeg,heic"] =
             InstanceOptions.arguments(
               loaders: InstanceOptions.cast!(@name ++ [loaders: [:jpeg, :heic]])[:loaders]
             )

    for wrong <- [[], [:psd], :jpeg] do
      assert_raise ArgumentError, ~r/option :loaders must be a list of names of formats/, fn ->
        InstanceOptions.cast!(loaders: wrong)
      end
    end
  end

  test "how nodes are found has its defaults, and what is wrong is said" do
    cast = fn discover -> InstanceOptions.cast!(@name ++ [discover: discover])[:discover] end
    assert cast.(dns: "thumbs.internal") == [dns: "thumbs.internal"]
    assert [gossip: gossip] = cast.(gossip: [port: 4_000])
    assert {gossip[:port], gossip[:group], gossip[:secret]} == {4_000, {239, 192, 77, 85}, nil}

    for wrong <- [
          [],
          :gossip,
          [dns: ""],
          [dns: "a b"],
          [dns: ~c"a"],
          [gossip: true],
          [gossip: [secret: "short"]],
          [gossip: [group: {10, 0, 0, 1}]],
          [gossip: [prot: 1]],
          [dns: "a", gossip: []]
        ] do
      assert_raise ArgumentError, ~r/option :discover must be \[dns: "name"\] or/, fn ->
        cast.(wrong)
      end
    end
  end

  test "the documentation of Thumbnailer lists every option" do
    {:docs_v1, _, _, _, %{"en" => docs}, _, _} = Code.fetch_docs(Thumbnailer)
    for option <- InstanceOptions.table(), do: assert(docs =~ "`:#{option.name}` - #{option.doc}")
  end
end
