defmodule Thumbnailer.Protocol.AnswerTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.{Error, ImageInfo, Thumbnail}
  alias Thumbnailer.Protocol.Answer

  describe "thumbnails/2" do
    @output %{format: :png, width: 2, height: 1, bytes: 3}

    test "reads data, paths and errors in their order" do
      answer = %{
        outputs: [
          {:ok, Map.put(@output, :data, "abc")},
          {:ok, Map.put(@output, :path, "/a")},
          {:error, %{reason: :encode_failed, message: "no"}}
        ]
      }

      assert Answer.thumbnails(answer, 3) ==
               {:ok,
                [
                  {:ok, %Thumbnail{format: :png, width: 2, height: 1, bytes: 3, data: "abc"}},
                  {:ok, %Thumbnail{format: :png, width: 2, height: 1, bytes: 3, path: "/a"}},
                  {:error, Error.new(:encode_failed, "no")}
                ]}
    end

    for {name, outputs} <- [
          {"another number of outputs", []},
          {"data of another length than it says", [{:ok, Map.put(@output, :data, "ab")}]},
          {"neither data nor path", [{:ok, @output}]},
          {"a size that is no number", [{:ok, %{@output | width: nil} |> Map.put(:data, "abc")}]},
          {"a side of no pixels", [{:ok, %{@output | width: 0} |> Map.put(:data, "abc")}]},
          {"a placeholder that is no text",
           [{:ok, @output |> Map.put(:data, "abc") |> Map.put(:placeholder, :svg)}]},
          {"an unknown reason", [{:error, %{reason: :nobody, message: "m"}}]},
          {"something else", [:ok]}
        ] do
      test "#{name} is a bad reply" do
        answer = %{outputs: unquote(Macro.escape(outputs))}

        assert {:error, %Error{reason: :bad_reply, message: message}} =
                 Answer.thumbnails(answer, 1)

        assert message =~ "outputs"
      end
    end
  end

  for format <- [:svg, :pdf, :heic, :html, :auto, nil, "png"] do
    test "a thumbnail in #{inspect(format)}, which is no format that is written, is a bad reply" do
      made = %{format: unquote(format), width: 2, height: 1, bytes: 3}

      for place <- [%{data: "abc"}, %{path: "/a"}] do
        assert {:error, %Error{reason: :bad_reply}} =
                 Answer.thumbnails(%{outputs: [{:ok, Map.merge(made, place)}]}, 1)
      end
    end
  end

  test "formats that are written are thumbnails, and formats that are read are images" do
    for %{name: name, saves: saves} <- Thumbnailer.Formats.table() do
      made = %{format: name, width: 2, height: 1, bytes: 3, data: "abc"}
      result = Answer.thumbnails(%{outputs: [{:ok, made}]}, 1)
      assert {name, match?({:ok, [{:ok, %Thumbnail{}}]}, result)} == {name, saves}
      assert {:ok, %ImageInfo{format: ^name}} = Answer.image(made)
    end

    for format <- [:html, :auto, nil, "png"] do
      assert {:error, %Error{reason: :bad_reply}} =
               Answer.image(%{format: format, width: 2, height: 1})
    end
  end

  test "what probe answers is passed on, but for what a newer program says besides" do
    image = %{format: :jpeg, width: 3, height: 2, orientation: 6}
    assert Answer.image(image) == {:ok, struct!(ImageInfo, image)}
    assert Answer.image(Map.put(image, :pages_of, 2)) == {:ok, struct!(ImageInfo, image)}
    assert {:error, %Error{reason: :bad_reply}} = Answer.image(%{width: 3})
  end
end
