defmodule Thumbnailer.RequestTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Request

  defp outputs(outputs, opts \\ []) do
    {%Request{op: :make, spec: %{outputs: outputs}}, _on} = Request.make!("a.jpg", outputs, opts)
    outputs
  end

  test "the options of all are the defaults of each" do
    assert outputs([100, {{200, 50}, quality: 90}], quality: 40, fit: :cover) == [
             %{width: 100, height: 100, quality: 40, fit: :cover},
             %{width: 200, height: 50, quality: 90, fit: :cover}
           ]
  end

  test "the instance and the timeout are of the request" do
    {request, on} = Request.make!({:bytes, "x"}, [100], on: Mine, timeout: 70)
    assert on == Mine
    assert request.timeout == 70
    assert request.source == {:bytes, "x"}
    assert request.spec == %{outputs: [%{width: 100, height: 100}]}
  end

  test "without a timeout the instance decides" do
    assert {%Request{timeout: nil}, Thumbnailer} = Request.make!("a.jpg", [100], [])
  end

  test "the format follows the suffix of the file" do
    assert [%{format: :webp, to: "/srv/a.webp"}] = outputs([{100, to: "/srv/a.webp"}])
    assert [%{format: :jpeg}] = outputs([{100, to: "/srv/a.JPG"}])
  end

  test "a format that the suffix contradicts is refused" do
    for {to, format} <- [{"/srv/a.webp", :png}, {"/srv/a.svg", :png}] do
      assert_raise ArgumentError,
                   ~r/the suffix of ".*" \(option :to\) says .*, and the option :format :png/,
                   fn ->
                     outputs([{100, to: to, format: format}])
                   end
    end

    assert [%{format: :jpeg}] = outputs([{100, to: "/srv/a.jpe", format: :jpeg}])
    assert [%{format: :auto}] = outputs([{100, to: "/srv/a.webp"}], format: :auto)
  end

  test "a suffix that says no format is refused, unless the option says one" do
    for to <- ["/srv/a.bin", "/srv/a"] do
      assert_raise ArgumentError, ~r/says no format; give it one of .jpg, .png, .webp/, fn ->
        outputs([{100, to: to}])
      end

      assert [%{format: :png}] = outputs([{100, to: to, format: :png}])
      assert [%{format: :auto}] = outputs([{100, to: to, format: :auto}])
    end
  end

  test "a suffix of a format that is only read is refused" do
    assert_raise ArgumentError,
                 ~r/no thumbnail can be written as svg.*jpeg, png, webp, avif, gif, tiff/,
                 fn ->
                   outputs([{100, to: "/srv/a.svg"}])
                 end
  end

  test "two outputs do not get the same file" do
    assert_raise ArgumentError,
                 ~r/two outputs would be written to the same file, "\/srv\/a.png"/,
                 fn ->
                   outputs([{100, to: "/srv/a.png"}, {200, to: "/srv/b/../a.png"}])
                 end

    assert_raise ArgumentError, ~r/the same file/, fn -> outputs([100, 200], to: "/srv/a.png") end
  end

  for wrong <- [[], nil, 100, List.duplicate(100, 65)] do
    test "#{inspect(wrong, limit: 2)} are no outputs" do
      wrong = unquote(Macro.escape(wrong))
      assert_raise ArgumentError, ~r/outputs must be a list of 1 to 64/, fn -> outputs(wrong) end
    end
  end

  test "a set is every size in every format, sizes first" do
    assert outputs([sizes: [100, "200x"], formats: [:avif, :jpeg]], quality: 40) == [
             %{width: 100, height: 100, format: :avif, quality: 40},
             %{width: 100, height: 100, format: :jpeg, quality: 40},
             %{width: 200, format: :avif, quality: 40},
             %{width: 200, format: :jpeg, quality: 40}
           ]

    assert outputs(sizes: [100]) == [%{width: 100, height: 100}]
  end

  for wrong <- [
        [formats: [:avif]],
        [sizes: []],
        [sizes: 100],
        [sizes: [100], formats: []],
        [sizes: [100], sizes: [200]]
      ] do
    test "#{inspect(wrong)} is no set" do
      assert_raise ArgumentError, ~r/a set must be/, fn -> outputs(unquote(wrong)) end
    end
  end

  test "options that all of a set share stand beside it, or apart" do
    for {set, opts} <- [
          {[sizes: [100], quality: 40, formats: [:jpeg]], []},
          {[quality: 40, sizes: [100], formats: [:jpeg]], []},
          {[sizes: [100], formats: [:jpeg]], [quality: 40]}
        ],
        do: assert([%{width: 100, format: :jpeg, quality: 40}] = outputs(set, opts))

    assert_raise ArgumentError, ~r/unknown option :widths/, fn ->
      outputs(sizes: [100], widths: [1])
    end

    assert_raise ArgumentError, ~r/:quality is given more than once/, fn ->
      outputs([sizes: [100], quality: 40], quality: 50)
    end
  end

  test "more than 64 of a set are too many" do
    assert_raise ArgumentError, ~r/outputs must be a list of 1 to 64/, fn ->
      outputs(sizes: Enum.to_list(1..33), formats: [:avif, :jpeg])
    end
  end

  test "64 outputs are" do
    assert length(outputs(List.duplicate(100, 64))) == 64
  end

  test "a probe takes the options of the call only" do
    assert {%Request{op: :probe, timeout: 5, spec: %{}}, Mine} =
             Request.probe!("a.jpg", on: Mine, timeout: 5)

    assert_raise ArgumentError, fn -> Request.probe!("a.jpg", quality: 3) end
  end
end
