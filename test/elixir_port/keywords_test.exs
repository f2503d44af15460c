defmodule Thumbnailer.KeywordsTest do
  # Every public function that takes options refuses what would have no effect.
  use ExUnit.Case, async: true

  alias Thumbnailer.{Batch, Doctor, InstanceOptions, Keywords, Recording}

  @plug [root: "/srv/images", sizes: [small: 200]]

  defp own(opts), do: InstanceOptions.cast!([name: __MODULE__] ++ opts)
  defp plug(opts), do: Thumbnailer.Plug.init(@plug ++ opts)
  defp address(opts), do: Thumbnailer.Plug.path(plug([]), :small, "a.jpg", opts)

  # What is called with options, one of its options, and what it says of one that it does not know.
  defp calls do
    make = &Thumbnailer.make("photo.jpg", 200, &1)

    [
      {make, {:quality, 80}, ~r/unknown option :colour_depth/},
      {&Thumbnailer.make_many("photo.jpg", [{200, &1}]), {:quality, 80},
       ~r/unknown option :colour_depth/},
      {&Thumbnailer.make_many("photo.jpg", [sizes: [200]] ++ &1), {:quality, 80},
       ~r/unknown option :colour_depth/},
      {&Thumbnailer.async("photo.jpg", 200, &1), {:reply_to, self()},
       ~r/unknown option :colour_depth/},
      {&Thumbnailer.stream(["photo.jpg"], 200, &1), {:ordered, false},
       ~r/unknown option :colour_depth/},
      {&Thumbnailer.probe("photo.jpg", &1), {:timeout, 500}, ~r/unknown option :colour_depth/},
      {&own/1, {:workers, 2}, ~r/unknown option :colour_depth/},
      {&Doctor.examine/1, {:workers, 2}, ~r/unknown option :colour_depth/},
      {&plug/1, {:max_age, 60}, ~r/unknown option :colour_depth; accepted are :root, :sizes/},
      {&address/1, {:expires_in, 60}, ~r/unknown option :colour_depth; accepted are :expires_in/},
      {&Recording.cast!(1, "folder", &1), {:only, :all},
       ~r/unknown option :colour_depth; accepted are :on, :only/},
      {&Batch.new!(["photos"], [out: "small"] ++ &1), {:jobs, 2},
       ~r/unknown option :colour_depth/}
    ]
  end

  test "an option that is not known is refused" do
    for {call, _option, said} <- calls(),
        do: assert_raise(ArgumentError, said, fn -> call.(colour_depth: 8) end)
  end

  test "an option that is given twice is refused" do
    for {call, {name, value}, _said} <- calls() do
      said = ~r/option #{inspect(name)} is given more than once/
      assert_raise ArgumentError, said, fn -> call.([{name, value}, {name, value}]) end
    end
  end

  test "what is no keyword list is refused" do
    for given <- [%{quality: 80}, [1], nil] do
      assert_raise ArgumentError, ~r/options must be a keyword list, got: /, fn ->
        Keywords.check!(given, [:quality])
      end
    end
  end

  test "what stands twice within the value of an option is refused" do
    twice = [
      {fn -> own(loaders: [:jpeg, :jpeg]) end, ~r/:loaders must be .* each once/},
      {fn -> own(roots: ["/a", "/a/"]) end, ~r/:roots must be .* each once/},
      {fn -> own(fonts: ["serif", "serif"]) end, ~r/:fonts must be .* each once/},
      {fn -> own(steps: [a: "a.wasm", a: "b.wasm"]) end, ~r/:steps must be .* each once/},
      {fn -> plug(formats: [:avif, :avif]) end, ~r/:formats must be .* each at most once/},
      {fn -> plug(options: [quality: 1, quality: 2]) end, ~r/option :quality is given more/},
      {fn -> Thumbnailer.Plug.init(root: "a", sizes: [small: 1, small: 2]) end,
       ~r/size :small is given more than once/}
    ]

    for {call, said} <- twice, do: assert_raise(ArgumentError, said, call)
  end

  test "a list of roots without a root does not stand for every folder" do
    assert_raise ArgumentError, ~r/:roots must be a list of one or more paths/, fn ->
      own(roots: [])
    end
  end

  test "a mount of the plug that is no path is refused" do
    assert_raise ArgumentError, ~r/:at must be a path such as/, fn -> plug(at: "thumbs") end
  end
end
